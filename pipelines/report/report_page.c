/* Pictures inside the page: SVG inlined, PNG as a data: URI, so that one file holds all and asks no network. */
#include <stdio.h>
#include <string.h>

#include "baleen/table.h"
#include "report_private.h"

enum { SVG_MAX = 250 * 1024, FILE_MAX = 8 << 20 };

/* Rewrites of gnuplot's SVG, tried at every byte: names of things get the prefix, so that two pictures on a page do not
 * take each other's marks; xlink is implied in HTML; the font has stand-ins on machines without it. */
static const struct rewrite {
  const char *from, *to;
  bool prefixed;
} rewrites[] = {
    {" id='", " id='", true},
    {" id=\"", " id=\"", true},
    {"\tid='", " id='", true},
    {"xlink:href='#", "href='#", true},
    {"xlink:href=\"#", "href=\"#", true},
    {"xlink:href=", "href=", false},
    {"url(#", "url(#", true},
    {"font-family=\"DejaVu Sans\"", "font-family=\"DejaVu Sans,Verdana,sans-serif\"", false},
};

void bl_sink_svg(bl_sink *k, const char *svg, const char *prefix, const char *label)
{
  const char *root = strstr(svg, "<svg"), *box = root ? strstr(root, "viewBox=\"") : NULL;
  const char *at = root ? strchr(root, '>') : NULL;
  if (!at || !box || box > at) {
    bl_sink_puts(k, "<p class=\"note\">(this picture could not be read)</p>");
    return;
  }
  box += strlen("viewBox=\"");
  bl_sink_printf(k, "<svg viewBox=\"%.*s\" role=\"img\" aria-label=\"", (int)strcspn(box, "\""), box);
  bl_sink_html(k, label);
  bl_sink_puts(k, "\">");
  at++;
  const char *title = strstr(at, "<title>"), *after = title ? strstr(title, "</title>") : NULL;
  const char *desc = strstr(at, "<desc>"), *after_desc = desc ? strstr(desc, "</desc>") : NULL;
  while (*at) {
    if (at == title && after) at = after + strlen("</title>"); /* the file's own title, which would show as a tooltip */
    if (at == desc && after_desc) at = after_desc + strlen("</desc>");
    const struct rewrite *hit = NULL;
    if (*at == ' ' || *at == '\t' || *at == 'x' || *at == 'u' || *at == 'f')
      for (size_t i = 0; i < sizeof rewrites / sizeof *rewrites && !hit; i++)
        if (!strncmp(at, rewrites[i].from, strlen(rewrites[i].from))) hit = &rewrites[i];
    if (hit) {
      bl_sink_puts(k, hit->to);
      if (hit->prefixed) bl_sink_puts(k, prefix);
      at += strlen(hit->from);
      continue;
    }
    size_t n = 1 + strcspn(at + 1, " \txuf<");
    bl_sink_printf(k, "%.*s", (int)n, at);
    at += n;
  }
}

static bool belongs(const char *picture, const char *name)
{
  size_t n = strlen(name);
  return !strncmp(picture, name, n) && (picture[n] == '\0' || picture[n] == '_');
}

static char *read_picture(const bl_report *rep, const char *name, const char *ending, size_t *n)
{
  char *path = bl_strf(rep->ctx, "%s/%s.%s", rep->folder, name, ending), *bytes = NULL;
  if (path && bl_file_read(rep->ctx, path, FILE_MAX, &bytes, n)) bytes = NULL;
  bl_free(rep->ctx, path);
  return bytes;
}

static void left_out(bl_sink *k, const char *name, const char *why)
{
  bl_sink_puts(k, "<p class=\"note\">");
  bl_sink_html(k, why);
  bl_sink_puts(k, " See <code>");
  bl_sink_html(k, name);
  bl_sink_puts(k, ".svg</code> beside this page.</p>");
}

static void one_picture(const bl_report *rep, bl_sink *k, size_t which, size_t *bytes_left)
{
  const bl_picture *p = &rep->pictures[which];
  size_t n = 0, before = k->buf.len;
  char *svg = read_picture(rep, p->name, "svg", &n), *png = NULL;
  bl_sink_puts(k, "<figure>");
  if (svg && n <= SVG_MAX && n <= *bytes_left) {
    char prefix[32];
    snprintf(prefix, sizeof prefix, "p%zu-", which);
    bl_sink_svg(k, svg, prefix, p->caption);
  } else if (svg && (png = read_picture(rep, p->name, "png", &n)) && n + n / 3 <= *bytes_left) {
    bl_sink_puts(k, "<img alt=\"");
    bl_sink_html(k, p->caption);
    bl_sink_puts(k, "\" src=\"data:image/png;base64,");
    bl_sink_base64(k, (const unsigned char *)png, n);
    bl_sink_puts(k, "\">");
  } else {
    left_out(k, p->name, svg ? "This picture is left out to keep the page small." : "This picture could not be read.");
    if (!k->status && !svg) bl_ctx_clear_error(rep->ctx);
  }
  bl_sink_puts(k, "<figcaption>");
  bl_sink_html(k, p->caption);
  bl_sink_puts(k, "</figcaption></figure>\n");
  size_t used = k->buf.len - before;
  *bytes_left -= used < *bytes_left ? used : *bytes_left;
  bl_free(rep->ctx, svg);
  bl_free(rep->ctx, png);
}

void bl_section_pictures(const bl_report *rep, bl_sink *k, const char *name, size_t *bytes_left)
{
  size_t n = 0;
  for (size_t i = 0; i < rep->n_pictures; i++)
    if (rep->pictures[i].drawn && belongs(rep->pictures[i].name, name)) n++;
  if (!n) return;
  bl_sink_printf(k, "<div class=\"figures%s\">", n > 1 ? " many" : "");
  for (size_t i = 0; i < rep->n_pictures; i++)
    if (rep->pictures[i].drawn && belongs(rep->pictures[i].name, name)) one_picture(rep, k, i, bytes_left);
  bl_sink_puts(k, "</div>\n");
}
