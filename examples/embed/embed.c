/* A program around pp: it runs a script, takes results out of it as numbers and arrays, and is told what is wrong with another.
 *
 *     cc embed.c $(pkg-config --cflags --libs pp) -o embed && ./embed ..
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <pp/pp.h>

static void on_result(void *context, const char *text, size_t n)
{
	(void)context;
	fwrite(text, 1, n, stdout);
}

/* Messages come in their parts; `err` of struct pp_options would give them as text. */
static void on_message(void *context, const struct pp_diagnostic *d)
{
	int *n = context;
	fprintf(stderr, "%s:%d:%d: %s %s\n", d->file ? d->file : "pp", d->line, d->column, d->code, d->message);
	if (d->hint)
		fprintf(stderr, "    %s\n", d->hint);
	++*n;
}

/* Element i of an array with one axis of doubles. */
static double element(const struct pp_array *a, int64_t i)
{
	return *(const double *)((const char *)a->at + i * a->stride[0]);
}

/* The table of results: two of its columns, where they lie in the session. */
static void print_columns(const struct pp_value *table)
{
	struct pp_array explained, aue;
	if (!pp_column(table, "explained", &explained) || !pp_column(table, "aue", &aue))
		return;
	for (size_t i = 0; i < pp_rows(table); i++)
		printf("%-8s %-4s AUE %.3f, explained %.3f\n", pp_cell(table, "hypothesis", i), pp_cell(table, "metric", i), element(&aue, (int64_t)i),
		    element(&explained, (int64_t)i));
}

/* A weight of the model: the bytes of its file, mapped into memory. */
static void print_weight(const struct pp_value *w)
{
	struct pp_array a;
	if (pp_array(w, &a) && a.type == PP_F32 && a.n_axes == 2)
		printf("embed.W_E is %" PRId64 " x %" PRId64 ", its first number %.4f\n", a.shape[0], a.shape[1], *(const float *)a.at);
}

int main(int argc, char **argv)
{
	int n_messages = 0;
	static const char wrong[] = "print(\"still here\")\nlet x = unknown + 1\n";
	char script[4096];
	if (argc != 2) {
		fprintf(stderr, "usage: embed FOLDER   (where induction.pp and models/ are)\n");
		return 2;
	}
	snprintf(script, sizeof script, "%s/induction.pp", argv[1]);
	struct pp_options o = { .folder = argv[1], .out = on_result, .diagnostic = on_message, .context = &n_messages };
	struct pp *s = pp_open(&o);
	if (!s)
		return 3;
	enum pp_status status = pp_run_file(s, script);                       /* shows its table */
	if (status != PP_OK) {
		pp_close(s);
		return status;
	}
	printf("refined explains %.3f of kl\n", pp_number(pp_take(s, "r[refined, kl].explained")));
	print_columns(pp_take(s, "r"));
	print_weight(pp_take(s, "weights(\"models/induction\")[\"embed.W_E\"]"));
	status = pp_run_text(s, "<wrong>", wrong, strlen(wrong));             /* a message; the session goes on */
	printf("exit status of the wrong text: %d, messages: %d\n", status, n_messages);
	if (isnan(pp_number(pp_take(s, "x"))))
		printf("x has no value\n");
	pp_close(s);
	return 0;
}
