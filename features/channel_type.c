/* channel_type.c: see channel.h. Electrode names: Oostenveld and Praamstra, Clin. Neurophysiol. 112 (2001) 713-719,
 * which holds the 10-20 system (Jasper 1958) and the 10-10 system (American Electroencephalographic Society 1991). */
#include "baleen/channel.h"

#include <string.h>

#include "baleen/text.h"

static const char *const type_names[] = {
#define NAME(code, name) name,
    BL_CHANNEL_TYPE_LIST(NAME)
#undef NAME
};

typedef struct span {
  const char *v;
  size_t n;
} span;

/* ASCII, under every locale. */
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }
static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool same_nocase(span s, const char *word)
{
  size_t n = strlen(word);
  if (n != s.n) return false;
  for (size_t i = 0; i < n; i++)
    if (lower(s.v[i]) != lower(word[i])) return false;
  return true;
}

static span trimmed(const char *name)
{
  span s = {name, strlen(name)};
  while (s.n && is_blank(*s.v)) s.v++, s.n--;
  while (s.n && (is_blank(s.v[s.n - 1]) || s.v[s.n - 1] == '.')) s.n--;
  return s;
}

/* ---- electrodes -------------------------------------------------------------------------------------------------- */

/* Rows of the head from front to back, as they are written; A, M: ear lobes and mastoids. */
static const char *const rows[] = {"N",   "Fp",  "AFp", "AF",  "AFF", "F",   "FFT", "FFC", "FT",  "FC",
                                   "FTT", "FCC", "T",   "C",   "TTP", "CCP", "TP",  "CP",  "TPP", "CPP",
                                   "P",   "PPO", "PO",  "POO", "O",   "OI",  "I",   "A",   "M"};
enum { N_ROWS = sizeof rows / sizeof *rows, ELECTRODE_MAX = 8 };

/* How the electrode is written, into to[ELECTRODE_MAX]; false when there is none of this name. */
static bool electrode(span s, bool modern, char *to)
{
  size_t letters = 0;
  while (letters < s.n && is_letter(s.v[letters])) letters++;
  size_t head = letters, digits = 0;
  if (head > 1 && strchr("zZ", s.v[head - 1])) head--; /* the midline; Iz is I and z */
  else if (head > 2 && head == s.n && strchr("hH", s.v[head - 1]) && strchr("zZ", s.v[head - 2])) head -= 2;
  const char *row = NULL;
  for (size_t i = 0; !row && i < N_ROWS; i++)
    if (same_nocase((span){s.v, head}, rows[i])) row = rows[i];
  if (!row) return false;
  const char *tail = s.v + head;
  size_t n = s.n - head, number = 0;
  bool ears = !strcmp(row, "A") || !strcmp(row, "M"), half = false;
  if (n && strchr("zZ", *tail)) {
    if (ears || !strcmp(row, "T")) return false;
    tail++, n--;
  } else {
    for (; digits < n && digits < 2 && is_digit(tail[digits]); digits++)
      number = number * 10 + (size_t)(tail[digits] - '0');
    if (!digits || *tail == '0' || number > (ears ? 2 : 10)) return false;
    tail += digits;
    n -= digits;
  }
  if (n == 1 && !ears && strchr("hH", *tail)) half = true, n = 0;
  if (n) return false;
  if (modern && !half && !strcmp(row, "T") && number >= 3 && number <= 6) {
    row = number < 5 ? "T" : "P";
    number = number % 2 ? 7 : 8;
  }
  size_t at = strlen(row);
  memcpy(to, row, at);
  if (!number) to[at++] = 'z';
  if (number == 10) to[at++] = '1';
  if (number) to[at++] = (char)('0' + number % 10);
  if (half) to[at++] = 'h';
  to[at] = '\0';
  return true;
}

static span without_blanks(span s)
{
  while (s.n && is_blank(*s.v)) s.v++, s.n--;
  while (s.n && is_blank(s.v[s.n - 1])) s.n--;
  return s;
}

static span without_prefix(span s)
{
  if (s.n <= 4 || !strchr(" -_", s.v[3])) return s;
  if (!same_nocase((span){s.v, 3}, "EEG") && !same_nocase((span){s.v, 3}, "POL")) return s;
  return without_blanks((span){s.v + 4, s.n - 4});
}

/* The last word goes, behind '-', '_' or a blank, when it is one of a reference. */
static span without_reference(span s)
{
  static const char *const references[] = {"REF", "LE", "CLE", "AR", "CAR", "AV", "AVE", "AVG"};
  size_t at = s.n;
  while (at > 0 && is_letter(s.v[at - 1])) at--;
  span word = {s.v + at, s.n - at}, rest = without_blanks((span){s.v, at});
  bool known = false;
  for (size_t i = 0; i < sizeof references / sizeof *references; i++) known = known || same_nocase(word, references[i]);
  if (!known || !rest.n || rest.n == s.n) return s;
  if (strchr("-_", rest.v[rest.n - 1])) return without_blanks((span){rest.v, rest.n - 1});
  return rest.n < at ? rest : s; /* a blank stood there */
}

/* One electrode, or two joined by '-', as they are written: to[2 * ELECTRODE_MAX]. */
static bool electrodes(span s, bool modern, char *to)
{
  s = without_reference(without_prefix(s));
  if (electrode(s, modern, to)) return true;
  const char *dash = s.n ? memchr(s.v, '-', s.n) : NULL;
  if (!dash) return false;
  size_t n = (size_t)(dash - s.v);
  if (!electrode(without_blanks((span){s.v, n}), modern, to)) return false;
  size_t at = strlen(to);
  to[at++] = '-';
  return electrode(without_blanks((span){dash + 1, s.n - n - 1}), modern, to + at);
}

char *bl_channel_normalise(bl_ctx *ctx, const char *name, bool modern)
{
  char plain[2 * ELECTRODE_MAX];
  span s = trimmed(name);
  if (electrodes(s, modern, plain)) return bl_strdup(ctx, plain);
  return bl_strf(ctx, "%.*s", s.n > 4096 ? 4096 : (int)s.n, s.v);
}

/* ---- types ------------------------------------------------------------------------------------------------------- */

static const struct {
  bl_channel_type type;
  const char *word;
} words[] = {
    {BL_CHANNEL_EOG, "EOG"},     {BL_CHANNEL_EOG, "HEOG"},         {BL_CHANNEL_EOG, "VEOG"},
    {BL_CHANNEL_EOG, "LOC"},     {BL_CHANNEL_EOG, "ROC"},          {BL_CHANNEL_ECG, "ECG"},
    {BL_CHANNEL_ECG, "EKG"},     {BL_CHANNEL_EMG, "EMG"},          {BL_CHANNEL_EMG, "CHIN"},
    {BL_CHANNEL_RESP, "RESP"},   {BL_CHANNEL_RESP, "RESPIRATION"}, {BL_CHANNEL_RESP, "AIRFLOW"},
    {BL_CHANNEL_RESP, "THORAX"}, {BL_CHANNEL_RESP, "ABDOMEN"},     {BL_CHANNEL_SEEG, "SEEG"},
    {BL_CHANNEL_ECOG, "ECOG"},   {BL_CHANNEL_STIM, "STI"},         {BL_CHANNEL_STIM, "STIM"},
    {BL_CHANNEL_STIM, "STATUS"}, {BL_CHANNEL_STIM, "TRIG"},        {BL_CHANNEL_STIM, "TRIGGER"},
    {BL_CHANNEL_STIM, "MARKER"}, {BL_CHANNEL_STIM, "EVENT"},       {BL_CHANNEL_AUDIO, "AUDIO"},
    {BL_CHANNEL_AUDIO, "MIC"},   {BL_CHANNEL_AUDIO, "MICROPHONE"}, {BL_CHANNEL_AUDIO, "HYDROPHONE"},
};

/* The next run of letters of s, which moves on behind it; n 0 at the end. */
static span next_word(span *s)
{
  while (s->n && !is_letter(*s->v)) s->v++, s->n--;
  span word = {s->v, 0};
  while (word.n < s->n && is_letter(s->v[word.n])) word.n++;
  s->v += word.n;
  s->n -= word.n;
  return word;
}

static bool is_sound(span s)
{
  if (same_nocase(s, "mono") || same_nocase(s, "left") || same_nocase(s, "right")) return true;
  if (s.n < 3 || strncmp(s.v, "ch", 2) != 0) return false;
  for (size_t i = 2; i < s.n; i++)
    if (!is_digit(s.v[i])) return false;
  return true;
}

/* An eye electrode of the sleep laboratory against the mastoid or the ear lobe. */
static bool is_eye(span s)
{
  return s.n == 5 && strchr("eE", s.v[0]) && strchr("12", s.v[1]) && s.v[2] == '-' && strchr("aAmM", s.v[3]) &&
         strchr("12", s.v[4]);
}

bl_channel_type bl_channel_type_of(const char *name)
{
  char plain[2 * ELECTRODE_MAX];
  span whole = trimmed(name), rest = whole, first = {name, 0};
  for (span word; (word = next_word(&rest)).n;) {
    if (!first.n) first = word;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (same_nocase(word, words[i].word)) return words[i].type;
  }
  if (is_sound(whole)) return BL_CHANNEL_AUDIO;
  if (is_eye(whole) || is_eye(without_prefix(whole))) return BL_CHANNEL_EOG;
  if (same_nocase(first, "EEG") || electrodes(whole, false, plain)) return BL_CHANNEL_EEG;
  return BL_CHANNEL_MISC;
}

const char *bl_channel_type_name(bl_channel_type type)
{
  return (unsigned)type < BL_N_CHANNEL_TYPES ? type_names[type] : "?";
}

bl_channel_type bl_channel_type_find(const char *name)
{
  for (unsigned i = 0; i < BL_N_CHANNEL_TYPES; i++)
    if (!strcmp(type_names[i], name)) return (bl_channel_type)i;
  return BL_N_CHANNEL_TYPES;
}
