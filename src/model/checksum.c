/* Hashes of files, by OpenSSL's libcrypto.  See checksum.h. */
#include "model/checksum.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { SHA256_DIGITS = 64, SHA1_DIGITS = 40, CHUNK = 1 << 20 };

bool checksum_known(const char *hex)
{
	size_t n = strlen(hex);
	return strspn(hex, "0123456789abcdef") == n && (n == SHA256_DIGITS || n == SHA1_DIGITS);
}

/* git hashes "blob SIZE", a NUL and then the content. */
static bool start(EVP_MD_CTX *c, int fd, bool git)
{
	struct stat st;
	char head[32];
	if (fstat(fd, &st) != 0 || lseek(fd, 0, SEEK_SET) < 0)
		return false;
	int n = snprintf(head, sizeof head, "blob %lld", (long long)st.st_size) + 1;
	return EVP_DigestInit_ex(c, git ? EVP_sha1() : EVP_sha256(), NULL) == 1 && (!git || EVP_DigestUpdate(c, head, (size_t)n) == 1);
}

bool checksum_file(int fd, const char *like, char *hex)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char *chunk = mem_alloc(CHUNK), sum[EVP_MAX_MD_SIZE];
	unsigned n_sum = 0;
	bool ok = c && start(c, fd, strlen(like) == SHA1_DIGITS);
	ssize_t n = 1;
	while (ok && n > 0) {
		n = read(fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			n = 1;
		else
			ok = n >= 0 && EVP_DigestUpdate(c, chunk, (size_t)n) == 1;
	}
	ok = ok && EVP_DigestFinal_ex(c, sum, &n_sum) == 1;
	for (unsigned i = 0; ok && i < n_sum; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	EVP_MD_CTX_free(c);
	free(chunk);
	return ok;
}
