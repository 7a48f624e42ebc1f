// GCJ-02, for pages that are drawn in it: from places on the ground to where they are drawn, and back.
"use strict";

globalThis.landquota = globalThis.landquota || {};

(function (landquota) {
  // Krassowsky's ellipsoid, and the frame around China outside of which nothing is shifted.
  const AXIS_M = 6378245;
  const E2 = 0.00669342162296594323;
  const [WEST, SOUTH, EAST, NORTH] = [72.004, 0.8293, 137.8347, 55.8271];
  const ROUNDS = 12;

  const waves = (along, ...all) => all.reduce((sum, [size, half]) => sum + size * Math.sin((Math.PI * along) / half), 0);

  function offset(lng, lat) {
    const [x, y] = [lng - 105, lat - 35];
    const root = Math.sqrt(Math.abs(x));
    const ripple = waves(x, [20, 1 / 6], [20, 1 / 2]);
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (2 / 3) * (ripple + waves(y, [20, 1], [40, 3], [160, 12], [320, 30]));
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (2 / 3) * (ripple + waves(x, [20, 1], [40, 3], [150, 12], [300, 30]));
    const degree = Math.PI / 180;
    const flat = 1 - E2 * Math.sin(lat * degree) ** 2;
    return [east / ((AXIS_M / Math.sqrt(flat)) * Math.cos(lat * degree) * degree), north / (((AXIS_M * (1 - E2)) / flat ** 1.5) * degree)];
  }

  const isShifted = ({ lat, lng }) => lng >= WEST && lng <= EAST && lat >= SOUTH && lat <= NORTH;

  landquota.toShown = function (place) {
    const [east, north] = isShifted(place) ? offset(place.lng, place.lat) : [0, 0];
    return { lng: place.lng + east, lat: place.lat + north };
  };

  /** The inverse, by repetition: the shift changes by less than 1 % of a step. */
  landquota.toGround = function (place) {
    let { lng, lat } = place;
    for (let round = 0; round < ROUNDS && isShifted(place); round += 1) {
      const [east, north] = offset(lng, lat);
      [lng, lat] = [place.lng - east, place.lat - north];
    }
    return { lng, lat };
  };
})(globalThis.landquota);
