// Raw deflate (RFC 1951) undone by ourselves, where the browser has no DecompressionStream for it.
"use strict";

globalThis.landquota = {};

(function (landquota) {
  const LONGEST_CODE = 15;
  // How many more bits each symbol of a length, or of how far back it begins, has, and what it counts from.
  const LENGTH_BITS = [...rising(28, 2), 0];
  const LENGTH_BASE = [...counted(3, LENGTH_BITS).slice(0, -1), 258];
  const AWAY_BITS = rising(30, 1);
  const AWAY_BASE = counted(1, AWAY_BITS);
  // In this order a block says how long the codes are that say how long its codes are.
  const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  /** The bytes that were deflated to `packed`; throws where that is no whole stream. */
  landquota.inflate = function (packed) {
    const bits = bitReader(packed);
    const out = growing(4 * packed.length);
    let isLast = false;
    while (!isLast) {
      isLast = bits.take(1) === 1;
      const kind = bits.take(2);
      if (kind === 0) {
        copyStored(bits, out);
      } else if (kind === 3) {
        refuse("no such block");
      } else {
        expand(bits, out, kind === 1 ? FIXED : codesOf(bits));
      }
      bits.check();
    }
    return out.bytes();
  };

  /** Numbers that rise by one from step to step of 2^`shift` symbols, but for the first step. */
  function rising(symbols, shift) {
    return Array.from({ length: symbols }, (_, at) => Math.max(0, (at >> shift) - 1));
  }

  function counted(first, bits) {
    return bits.map((_, at) => bits.slice(0, at).reduce((sum, more) => sum + (1 << more), first));
  }

  function refuse(why) {
    throw new RangeError(`deflate: ${why}`);
  }

  function bitReader(packed) {
    let at = 0;
    let held = 0;
    let count = 0;

    /** Refuses to have read behind the end. */
    function check() {
      if (at - (count >> 3) > packed.length) {
        refuse("cut off");
      }
    }

    /** Holds at least `wanted` bits; behind the end there are zeros, to look at but not to take. */
    function fill(wanted) {
      while (count < wanted) {
        if (at > packed.length + 4) {
          check();
        }
        held |= (at < packed.length ? packed[at] : 0) << count;
        at += 1;
        count += 8;
      }
    }
    return {
      check,
      take(wanted) {
        fill(wanted);
        const value = held & ((1 << wanted) - 1);
        held >>>= wanted;
        count -= wanted;
        return value;
      },
      /** The next symbol of a code. */
      symbol(table) {
        fill(LONGEST_CODE);
        const entry = table[held & ((1 << LONGEST_CODE) - 1)];
        if (entry === 0) {
          refuse("no such code");
        }
        held >>>= entry & 15;
        count -= entry & 15;
        return entry >>> 4;
      },
      /** `size` whole bytes, from the next byte's start on. */
      bytes(size) {
        const start = at - (count >> 3);
        if (start + size > packed.length) {
          refuse("cut off");
        }
        [held, count, at] = [0, 0, start + size];
        return packed.subarray(start, start + size);
      },
    };
  }

  /** Bytes that more are added to; `repeat` adds what already stands `away` bytes back. */
  function growing(expected) {
    let buffer = new Uint8Array(Math.max(1024, expected));
    let size = 0;

    function reserve(more) {
      if (size + more > buffer.length) {
        const larger = new Uint8Array(2 * (size + more));
        larger.set(buffer);
        buffer = larger;
      }
    }
    return {
      push(byte) {
        reserve(1);
        buffer[size] = byte;
        size += 1;
      },
      append(bytes) {
        reserve(bytes.length);
        buffer.set(bytes, size);
        size += bytes.length;
      },
      repeat(length, away) {
        if (away > size) {
          refuse("no such place");
        }
        reserve(length);
        for (const end = size + length; size < end; size += 1) {
          buffer[size] = buffer[size - away];
        }
      },
      bytes: () => buffer.subarray(0, size),
    };
  }

  function copyStored(bits, out) {
    const [low, high, notLow, notHigh] = bits.bytes(4);
    if ((low ^ notLow) !== 255 || (high ^ notHigh) !== 255) {
      refuse("no such length");
    }
    out.append(bits.bytes(low | (high << 8)));
  }

  function expand(bits, out, { literals, distances }) {
    for (;;) {
      const symbol = bits.symbol(literals);
      if (symbol < 256) {
        out.push(symbol);
      } else if (symbol === 256) {
        return;
      } else {
        const length = LENGTH_BASE[symbol - 257] + bits.take(LENGTH_BITS[symbol - 257]);
        const far = bits.symbol(distances);
        out.repeat(length, AWAY_BASE[far] + bits.take(AWAY_BITS[far]));
      }
    }
  }

  /** The codes that a block brings along. */
  function codesOf(bits) {
    const literals = bits.take(5) + 257;
    const distances = bits.take(5) + 1;
    const first = new Uint8Array(19);
    for (let index = 0, count = bits.take(4) + 4; index < count; index += 1) {
      first[CODE_ORDER[index]] = bits.take(3);
    }
    const lengths = lengthsOf(bits, tableOf(first), literals + distances);
    return { literals: tableOf(lengths.subarray(0, literals)), distances: tableOf(lengths.subarray(literals)) };
  }

  function lengthsOf(bits, table, count) {
    const lengths = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const symbol = bits.symbol(table);
      if (symbol < 16) {
        lengths[at] = symbol;
        at += 1;
      } else {
        const value = symbol === 16 ? lengths[at - 1] : 0;
        const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
        lengths.fill(value, at, at + times);
        at += times;
      }
    }
    return lengths;
  }

  /** For every 15 bits the symbol whose code they begin with (from the fifth bit up) and its length. */
  function tableOf(lengths) {
    const table = new Uint16Array(1 << LONGEST_CODE);
    let code = 0;
    for (let length = 1; length <= LONGEST_CODE; length += 1) {
      for (let symbol = 0; symbol < lengths.length; symbol += 1) {
        if (lengths[symbol] === length) {
          for (let at = mirrored(code, length); at < table.length; at += 1 << length) {
            table[at] = (symbol << 4) | length;
          }
          code += 1;
        }
      }
      code <<= 1;
    }
    return table;
  }

  /** Codes are sent from their highest bit on, everything else from its lowest. */
  function mirrored(code, length) {
    let turned = 0;
    for (let bit = 0; bit < length; bit += 1) {
      turned |= ((code >> bit) & 1) << (length - 1 - bit);
    }
    return turned;
  }

  const FIXED = {
    literals: tableOf(Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8))),
    distances: tableOf(new Uint8Array(30).fill(5)),
  };
})(globalThis.landquota);
