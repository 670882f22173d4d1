-- ardour7-lua session.lua FOLDER RATE_HZ TEMPOS METERS
-- Makes a session. TEMPOS is `beat:bpm:bpm …`, from the first to the second until the next; a tempo that ramps
-- comes after the one it leads to, which must be there when Ardour computes the ramp. METERS is `beat:7/8 …`.
local folder, rate_hz, tempos, meters = arg[1], tonumber(arg[2]), arg[3], arg[4]

local backend = AudioEngine:set_backend("None (Dummy)", "", "")
backend:set_device_name("Silence")
backend:set_sample_rate(rate_hz)
local session = create_session(folder, "session", rate_hz)

local function at(beat)
  return Temporal.timepos_t.from_ticks(math.floor(beat * Temporal.ticks_per_beat + 0.5))
end

local map = Temporal.TempoMap.fetch_writable()
for beat, numerator, denominator in meters:gmatch("([%d.]+):(%d+)/(%d+)") do
  map:set_meter(Temporal.Meter(tonumber(numerator), tonumber(denominator)), at(tonumber(beat)))
end
for beat, start_bpm, end_bpm in tempos:gmatch("([%d.]+):([%d.]+):([%d.]+)") do
  map:set_tempo(Temporal.Tempo(tonumber(start_bpm), tonumber(end_bpm), 4), at(tonumber(beat)))
end
Temporal.TempoMap.update(map)
map = nil

session:save_state("", false, false, false, false, false)
close_session()
quit()
