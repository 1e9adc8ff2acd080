/** Maps letters to lower case in one Unicode normal form; the result is its own result. */
export function foldCase(text: string, form: 'NFC' | 'NFKC'): string {
  return text.normalize(form).toLowerCase().normalize(form);
}

/**
 * The beginnings, in stored form, of texts that begin with a prefix. There are two after a capital sigma:
 * it becomes `ς` at the end of a word and `σ` elsewhere, and a prefix does not tell where the word ends
 * (Unicode §3.13, Final_Sigma).
 */
export function foldPrefix(prefix: string, form: 'NFC' | 'NFKC'): readonly string[] {
  const ended = foldCase(prefix, form);
  // A letter that composes with none before it.
  const continued = foldCase(`${prefix}a`, form).slice(0, -1);
  return ended === continued ? [ended] : [ended, continued];
}
