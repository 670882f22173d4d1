-- Called by Ardour every second. Once its session is open it imports FILES, as the Import dialog does, saves,
-- and tells REPORT where everything lies. `ardour.py` puts FILES, BEATS and REPORT before this.
local function import(file)
  local paths = C.StringVector()
  paths:push_back(file.path)
  local tempo = ARDOUR.MidiTempoMapDisposition.SMFTempoIgnore
  if file.take_tempo then tempo = ARDOUR.MidiTempoMapDisposition.SMFTempoUse end
  Editor:do_import(
    paths, Editing.ImportDistinctFiles, Editing.ImportAsTrack, ARDOUR.SrcQuality.SrcBest,
    ARDOUR.MidiTrackNameSource.SMFTrackName, tempo, Temporal.timepos_t.from_ticks(file.tick),
    ARDOUR.PluginInfo(), ARDOUR.Track(), false)
end

local function tell_region(tell, region)
  local midi = region:to_midiregion()
  local kind = midi and not midi:isnil() and "midi" or "audio"
  local position = region:position()
  tell("region", kind, position:samples(), position:ticks(), region:length():samples())
  if kind == "midi" then
    for note in ARDOUR.LuaAPI.note_list(midi:midi_source(0):model()):iter() do
      tell("note", note:note(), note:velocity(), tostring(note:time()), tostring(note:length()))
    end
  end
end

local function tell_beat(tell, map, beat)
  local position = Temporal.timepos_t.from_ticks(math.floor(beat * Temporal.ticks_per_beat))
  local meter = map:meter_at(position)
  tell(
    "beat", beat, map:quarters_per_minute_at(position), meter:divisions_per_bar(), meter:note_value(),
    position:samples())
end

local function work(tell)
  for _, file in ipairs(FILES) do import(file) end
  Session:save_state("", false, false, false, false, false)
  for route in Session:get_tracks():iter() do
    for region in route:to_track():playlist():region_list():iter() do tell_region(tell, region) end
  end
  local map = Temporal.TempoMap.read()
  for _, beat in ipairs(BEATS) do tell_beat(tell, map, beat) end
  map = nil
end

return function()
  local open, name = pcall(function() return Session:name() end)
  if DONE or not open or name == nil then return end
  DONE = true
  local report = io.open(REPORT, "w")
  local function tell(...)
    report:write(table.concat({...}, "\t"), "\n")
  end
  local done, cause = pcall(work, tell)
  tell(done and "done" or "failed", tostring(cause))
  report:close()
end
