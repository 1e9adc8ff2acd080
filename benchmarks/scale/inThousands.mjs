/** Writes a number in groups of three digits: 100 000. */
export function inThousands(number) {
  const [whole, ...decimals] = String(number).split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, ' '), ...decimals].join('.');
}
