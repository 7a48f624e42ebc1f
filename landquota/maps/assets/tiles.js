// Canvas tiles for any zoom, drawn a few at a time.
"use strict";

(function (landquota) {
  const TILE_PX = 256;
  // No frame draws longer than this, but for its last tile.
  const BUDGET_MS = 16;

  const Tiles = L.GridLayer.extend({
    initialize(paint, options) {
      L.GridLayer.prototype.initialize.call(this, options);
      this._paint = paint;
      this._waiting = new Map();
      this.on("tileunload", ({ tile }) => this._waiting.delete(tile));
    },

    createTile(coords, done) {
      const tile = landquota.element("canvas", {});
      this._waiting.set(tile, { coords, done });
      this._wait();
      return tile;
    },

    /** Draws all tiles again in their place. */
    repaint() {
      Object.values(this._tiles).forEach(({ el, coords }) => {
        const { done } = this._waiting.get(el) || { done: () => {} };
        this._waiting.set(el, { coords, done });
      });
      this._wait();
    },

    isPainted() {
      return this._waiting.size === 0;
    },

    /** Draws what is waiting, at once. */
    finish() {
      this._work(Infinity);
    },

    _wait() {
      this._frame = this._frame || requestAnimationFrame(() => this._work(performance.now() + BUDGET_MS));
    },

    _work(deadline) {
      cancelAnimationFrame(this._frame);
      this._frame = null;
      for (const [tile, { coords, done }] of this._waiting) {
        this._waiting.delete(tile);
        this._paint(tile, coords);
        done(null, tile);
        if (performance.now() > deadline) {
          break;
        }
      }
      if (this._waiting.size > 0) {
        this._wait();
      }
    },

    /** What was drawn for another zoom stays in sight until this one is drawn. */
    _pruneTiles() {
      if (this._waiting.size === 0) {
        L.GridLayer.prototype._pruneTiles.call(this);
      }
    },

    /** Leaflet's own rounds the zoom and stretches the tiles; here they are drawn for any zoom. */
    _setView(center, zoom, noPrune, noUpdate) {
      if (!noUpdate) {
        this._tileZoom = zoom;
        this._updateLevels();
        this._resetGrid();
        this._update(center);
        if (!noPrune) {
          this._pruneTiles();
        }
        this._noPrune = Boolean(noPrune);
      }
      this._setZoomTransforms(center, zoom);
    },
  });

  /** A Leaflet layer in `pane` whose tiles are drawn by `paint(tile, coords)`. */
  landquota.createTiles = function (paint, pane) {
    return new Tiles(paint, { pane, tileSize: TILE_PX, noWrap: true, updateWhenZooming: false, updateInterval: 50 });
  };
})(globalThis.landquota);
