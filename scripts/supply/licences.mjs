// Licences, as SPDX writes them.

/** Whether a licence expression can be met with `allowed` alone. Old crates write "/" for "OR". */
export function isAllowed(expression, allowed) {
  const words = tokens(expression);
  if (words.length === 0) return false;
  let at = 0;
  const either = () => {
    let met = both();
    while (words[at] === "OR") {
      at++;
      met = both() || met;
    }
    return met;
  };
  const both = () => {
    let met = one();
    while (words[at] === "AND") {
      at++;
      met = one() && met;
    }
    return met;
  };
  const one = () => {
    let name = words[at++];
    if (name === "(") {
      const met = either();
      return words[at++] === ")" && met;
    }
    // An exception makes it another licence, which must be allowed as such.
    if (words[at] === "WITH") {
      name += ` WITH ${words[at + 1]}`;
      at += 2;
    }
    return allowed.includes(name);
  };
  return either() && at === words.length;
}

/** A licence expression as SPDX writes it now. */
export const normalised = (expression) => expression.trim().replaceAll(/\s*\/\s*/g, " OR ");

/** The licence of a `package.json`, whichever of the ways in use writes it. */
export function licenceOf({ license, licenses }) {
  if (typeof license === "string") return license;
  const named = license ? [license] : Array.isArray(licenses) ? licenses : [];
  const types = named.map((one) => (typeof one === "string" ? one : (one.type ?? "")));
  return types.length > 1 ? `(${types.join(" OR ")})` : (types[0] ?? "");
}

function tokens(expression) {
  if (typeof expression !== "string") return [];
  return normalised(expression).match(/[()]|[^\s()]+/g) ?? [];
}
