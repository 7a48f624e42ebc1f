// The ellipsoid of CGCS2000: Gauss-Krüger coordinates as surveyors read them, lengths and areas.
"use strict";

(function (landquota) {
  // GB 22021: semi-major axis in metres and flattening; the third flattening n drives the series.
  const A = 6378137;
  const F = 1 / 298.257222101;
  const N = F / (2 - F);
  const E2 = F * (2 - F);
  const E = Math.sqrt(E2);
  const RECTIFYING_RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
  // Krüger's coefficients to n⁴: within a zone the rest is far below a millimetre.
  const ALPHA = [
    N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
    (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
    (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
    (49561 / 161280) * N ** 4,
  ];
  const FALSE_EASTING = 500000;
  const DEGREE = Math.PI / 180;

  /** Where a place on the ground is drawn, and the ground under a place that is drawn: the same, unless a base map is shifted. */
  landquota.toShown = landquota.toGround = (place) => place;

  /**
   * Degrees to metres north and east; the east carries the zone number as its prefix.
   * The central meridian of the 3-degree zone `zone` is 3° × zone.
   */
  landquota.gaussKruger = function (longitude, latitude, zone) {
    const lambda = (longitude - 3 * zone) * DEGREE;
    const tau = Math.tan(latitude * DEGREE);
    const sigma = Math.sinh(E * Math.atanh((E * tau) / Math.hypot(1, tau)));
    const conformal = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau);
    const xi = Math.atan2(conformal, Math.cos(lambda));
    const eta = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)));
    let north = xi;
    let east = eta;
    ALPHA.forEach((alpha, index) => {
      const order = 2 * (index + 1);
      north += alpha * Math.sin(order * xi) * Math.cosh(order * eta);
      east += alpha * Math.cos(order * xi) * Math.sinh(order * eta);
    });
    return {
      north: RECTIFYING_RADIUS * north,
      east: RECTIFYING_RADIUS * east + FALSE_EASTING + zone * 1e6,
    };
  };

  /** The metres along the lines between `places` (each with lat and lng), as the map draws them straight. */
  landquota.lengthOf = function (places) {
    const metres = (latitude, east, north) => {
      const bent = 1 - E2 * Math.sin(latitude) ** 2;
      return ((A * Math.cos(latitude)) / Math.sqrt(bent)) * Math.hypot(east, ((1 - E2) / bent) * north);
    };
    return sum(places.slice(1).map((place, at) => mean(places[at], place, metres)));
  };

  /** The square metres inside the ring of `places`, whose edges are as the map draws them; of parts that overlap, the difference. */
  landquota.areaOf = function (places) {
    // What lies between the equator and a latitude, per radian of longitude.
    const strip = (latitude, east) => {
      const sine = Math.sin(latitude);
      return ((east * A * A * (1 - E2)) / 2) * (sine / (1 - E2 * sine * sine) + Math.atanh(E * sine) / E);
    };
    return Math.abs(sum(places.map((place, at) => mean(places.at(at - 1), place, strip))));
  };

  /**
   * The mean of `value` along a line that is straight in Mercator's projection, by Simpson's rule; it is
   * given a latitude, and how far east and north the line goes in the projection, in radians.
   */
  function mean(from, to, value) {
    const [start, end] = [from, to].map(({ lat }) => Math.asinh(Math.tan(lat * DEGREE)));
    const at = (north) => value(Math.atan(Math.sinh(north)), (to.lng - from.lng) * DEGREE, end - start);
    return (at(start) + 4 * at((start + end) / 2) + at(end)) / 6;
  }

  function sum(numbers) {
    return numbers.reduce((all, one) => all + one, 0);
  }
})(globalThis.landquota);
