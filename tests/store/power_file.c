/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See power_file.h.
 */
#include "power_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u

static void *
enough(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

void
power_file_change(struct power_file *file, size_t offset, const void *data, size_t len)
{
	struct change *change;

	if (file->count == file->room) {
		file->room = file->room == 0 ? 64 : 2 * file->room;
		file->changes =
			enough(reallocarray(file->changes, file->room, sizeof(*file->changes)));
	}
	change = &file->changes[file->count++];
	*change = (struct change){ .offset = offset, .len = len };
	if (data == NULL)
		return;
	change->data = enough(malloc(len));
	memcpy(change->data, data, len);
}

static size_t
size_after(size_t size, const struct change *change)
{
	size_t end = change->offset + change->len;

	if (change->data == NULL)
		return change->offset;
	return end > size ? end : size;
}

static void
forget_changes(struct power_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->changes[i].data);
	file->count = 0;
}

void
power_file_sync(struct power_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct change *change = &file->changes[i];
		size_t size = size_after(file->size, change);

		if (size > file->size) {
			file->synced = enough(realloc(file->synced, size));
			memset(file->synced + file->size, 0, size - file->size);
		}
		file->size = size;
		if (change->data != NULL)
			memcpy(file->synced + change->offset, change->data, change->len);
	}
	forget_changes(file);
}

struct image {
	unsigned char *bytes;
	size_t size;  /* the greatest it has had */
	size_t *keep; /* of the changes of each sector, so many, the first */
	size_t torn;  /* the sector of which the next one is half done; SIZE_MAX: none */
};

/* How many of its count changes have come to be. */
size_t
fate_kept(struct fate *fate, size_t count)
{
	if (count == 0 || fate->mood == 0)
		return 0;
	if (fate->mood == 4 || dice_below(&fate->dice, 4) < fate->mood)
		return count;
	return dice_below(&fate->dice, count + 1);
}

/* Of a write the part in the sector at begin; of that so much. */
static void
write_sector(struct image *image, size_t begin, const struct change *change, size_t part)
{
	size_t from = change->offset > begin ? change->offset : begin;
	size_t end = change->offset + change->len;

	if (end > begin + SECTOR)
		end = begin + SECTOR;
	end = from + (end - from) * part / SECTOR;
	memcpy(image->bytes + from, change->data + (from - change->offset), end - from);
}

/* The sectors of a write; a truncation has none, it is one change of the inode. */
static void
sectors_of(const struct change *change, size_t *from, size_t *to)
{
	*from = change->offset / SECTOR;
	*to = change->len > 0 ? (change->offset + change->len + SECTOR - 1) / SECTOR : *from;
}

static void
decide(struct power_file *file, struct image *image, struct fate *fate)
{
	size_t sectors = image->size / SECTOR + 1, seen = 0, from, to;

	image->keep = enough(calloc(sectors, sizeof(*image->keep)));
	for (size_t i = 0; i < file->count; i++) {
		file->changes[i].cut = file->changes[i].data == NULL && fate_kept(fate, 1) == 1;
		sectors_of(&file->changes[i], &from, &to);
		for (size_t s = from; s < to; s++)
			image->keep[s]++;
	}
	image->torn = SIZE_MAX;
	for (size_t s = 0; s < sectors; s++) {
		size_t count = image->keep[s];

		image->keep[s] = fate_kept(fate, count);
		if (image->keep[s] < count && dice_below(&fate->dice, ++seen) == 0)
			image->torn = s;
	}
}

static void
change_image(const struct power_file *file, struct image *image, struct fate *fate)
{
	size_t from, to;

	for (size_t i = 0; i < file->count; i++) {
		const struct change *change = &file->changes[i];

		if (change->cut && change->offset < image->size)
			memset(image->bytes + change->offset, 0, image->size - change->offset);
		sectors_of(change, &from, &to);
		for (size_t s = from; s < to; s++) {
			if (image->keep[s] > 0) {
				image->keep[s]--;
				write_sector(image, s * SECTOR, change, SECTOR);
			} else if (image->torn == s) {
				image->torn = SIZE_MAX;
				write_sector(image, s * SECTOR, change,
					     dice_below(&fate->dice, SECTOR));
			}
		}
	}
}

/* The size after some of the changes, and room for the greatest. */
static size_t
choose_size(const struct power_file *file, struct image *image, struct fate *fate)
{
	size_t wanted = fate_kept(fate, file->count), size = file->size, chosen = size;

	image->size = size;
	for (size_t i = 0; i < file->count; i++) {
		size = size_after(size, &file->changes[i]);
		image->size = size > image->size ? size : image->size;
		chosen = i + 1 == wanted ? size : chosen;
	}
	return chosen;
}

void
power_file_image(struct power_file *file, const char *path, struct fate *fate)
{
	struct image image = { .bytes = NULL, .size = 0, .keep = NULL, .torn = SIZE_MAX };
	size_t size = choose_size(file, &image, fate);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	image.bytes = enough(calloc(1, image.size + 1));
	for (size_t i = file->size; i < image.size && fate->rubbish; i++)
		image.bytes[i] = (unsigned char)dice_throw(&fate->dice);
	if (file->size > 0)
		memcpy(image.bytes, file->synced, file->size);
	decide(file, &image, fate);
	change_image(file, &image, fate);
	if (fd < 0 || write(fd, image.bytes, size) != (ssize_t)size)
		abort();
	close(fd);
	free(image.bytes);
	free(image.keep);
}

void
power_file_load(struct power_file *file, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		abort();
	file->size = (size_t)st.st_size;
	file->synced = enough(malloc(file->size));
	if (read(fd, file->synced, file->size) != st.st_size)
		abort();
	close(fd);
}

void
power_file_clear(struct power_file *file)
{
	forget_changes(file);
	free(file->changes);
	free(file->synced);
	memset(file, 0, sizeof(*file));
}
