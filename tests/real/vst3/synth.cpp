// DAW Bridge Test Synth: a VST3 instrument that hosting is tested on.
//
// It plays: 16 voices, starts on the very sample, pitch bend with its range (RPN 0), mod wheel
// (vibrato), sustain pedal, programs (the waves). Pulse gates it on the host's beats (at 120 BPM where
// the host does not play). With Key Switches on, the lowest three keys choose the wave and do not sound.
// Vibrato Rate writes its unit into its text; Ballast makes the state megabytes long. And it misbehaves on
// demand:
//   - the parameter Fault, while it plays: crash, hang, silence, slow (as slow as real time), NaN,
//     endless (what sounds never ends), late (reports a latency of 10 s);
//   - the environment variable DAW_BRIDGE_TEST_SYNTH, while it loads: crash, hang, or the number of
//     output channels (0, 1, 4).

#include <juce_audio_processors/juce_audio_processors.h>

#include <array>
#include <chrono>
#include <limits>
#include <thread>

#include "effect.h"
#include "variants.h"
#include "voice.h"

using namespace testsynth;

namespace
{

enum class Fault { none, crash, hang, silence, slow, nan, endless, late };

[[noreturn]] void hang()
{
    for (;;)
        std::this_thread::sleep_for (std::chrono::hours (1));
}

juce::AudioChannelSet outputChannels()
{
    const auto wish = juce::SystemStats::getEnvironmentVariable ("DAW_BRIDGE_TEST_SYNTH", {});

    if (wish == "crash")
        std::abort();

    if (wish == "hang")
        hang();

    return wish.isEmpty() ? juce::AudioChannelSet::stereo()
                          : juce::AudioChannelSet::canonicalChannelSet (wish.getIntValue());
}

juce::AudioProcessorValueTreeState::ParameterLayout parameterLayout()
{
    const auto number = [] (const char* id, const char* name, juce::NormalisableRange<float> range,
                            float initial, const char* unit)
    {
        return std::make_unique<juce::AudioParameterFloat> (
            juce::ParameterID { id, 1 }, name, range, initial,
            juce::AudioParameterFloatAttributes().withLabel (unit));
    };
    const auto choice = [] (const char* id, const char* name, juce::StringArray choices)
    {
        return std::make_unique<juce::AudioParameterChoice> (juce::ParameterID { id, 1 }, name, choices, 0);
    };

    juce::NormalisableRange<float> hertz { 20.0f, 20000.0f, 0.1f };
    hertz.setSkewForCentre (640.0f);

    auto vibratoRate = std::make_unique<juce::AudioParameterFloat> (
        juce::ParameterID { "vibrato", 1 }, "Vibrato Rate", juce::NormalisableRange<float> { 0.1f, 20.0f },
        5.0f,
        juce::AudioParameterFloatAttributes()
            .withStringFromValueFunction ([] (float hz, int) { return juce::String (hz, 2) + " Hz"; })
            .withValueFromStringFunction ([] (const juce::String& text) { return text.getFloatValue(); }));

    return { choice ("wave", "Wave", { "Sine", "Saw", "Square" }),
             number ("cutoff", "Cutoff", hertz, 20000.0f, "Hz"),
             number ("attack", "Attack", { 1.0f, 1000.0f, 0.1f }, 2.0f, "ms"),
             number ("release", "Release", { 1.0f, 5000.0f, 0.1f }, 50.0f, "ms"),
             number ("gain", "Gain", { -60.0f, 24.0f, 0.01f }, -12.0f, "dB"),
             number ("latency", "Latency", { 0.0f, 4096.0f, 1.0f }, 0.0f, "samples"),
             choice ("pulse", "Pulse", { "Off", "1/4", "1/8", "1/16" }),
             std::move (vibratoRate),
             choice ("switches", "Key Switches", { "Off", "On" }),
             number ("ballast", "Ballast", { 0.0f, 16.0f, 1.0f }, 0.0f, "MB"),
             choice ("fault", "Fault",
                     { "None", "Crash", "Hang", "Silence", "Slow", "NaN", "Endless", "Late" }) };
}

} // namespace

class TestSynth final : public juce::AudioProcessor,
                        private juce::AudioProcessorValueTreeState::Listener
{
public:
    explicit TestSynth (Wave wave)
        : AudioProcessor (buses()), parameters (*this, nullptr, "state", parameterLayout())
    {
        parameters.getParameter ("wave")->setValueNotifyingHost (static_cast<float> (wave) / 2.0f);

        for (const auto* id : { "latency", "fault" })
            parameters.addParameterListener (id, this);
    }

    void prepareToPlay (double, int) override
    {
        beat = 0.0;
        delayLine.assign (4096 + 1, 0.0f);
        delayPosition = 0;
        vibratoPhase = 0.0;
    }

    void processBlock (juce::AudioBuffer<float>& audio, juce::MidiBuffer& midi) override
    {
        audio.clear();
        const auto fault = currentFault();
        endless = fault == Fault::endless;

        if (fault == Fault::crash)
            std::abort();

        if (fault == Fault::hang)
            hang();

        if (fault == Fault::slow)
            std::this_thread::sleep_for (
                std::chrono::duration<double> (audio.getNumSamples() / getSampleRate()));

        play (audio, midi);

        if (fault == Fault::silence)
            audio.clear();

        if (fault == Fault::nan)
            for (int channel = 0; channel < audio.getNumChannels(); ++channel)
                audio.setSample (channel, 0, std::numeric_limits<float>::quiet_NaN());
    }

    const juce::String getName() const override { return JucePlugin_Name; }
    bool acceptsMidi() const override { return true; }
    bool producesMidi() const override { return false; }
    double getTailLengthSeconds() const override { return value ("release") / 1000.0; }
    void releaseResources() override {}

    int getNumPrograms() override { return 1; }
    int getCurrentProgram() override { return 0; }
    void setCurrentProgram (int) override {}
    const juce::String getProgramName (int) override { return {}; }
    void changeProgramName (int, const juce::String&) override {}

    bool hasEditor() const override { return true; }
    juce::AudioProcessorEditor* createEditor() override
    {
        return new juce::GenericAudioProcessorEditor (*this);
    }

    void getStateInformation (juce::MemoryBlock& block) override
    {
        copyXmlToBinary (*parameters.copyState().createXml(), block);
        constexpr auto megabyte = size_t { 1000000 };
        const auto ballast = megabyte * static_cast<size_t> (value ("ballast"));
        const auto start = block.getSize();
        block.setSize (start + ballast);

        for (size_t index = 0; index < ballast; ++index)
            block[start + index] = static_cast<char> (index * 31 % 251);
    }

    void setStateInformation (const void* data, int size) override
    {
        if (const auto xml = getXmlFromBinary (data, size))
            parameters.replaceState (juce::ValueTree::fromXml (*xml));
    }

private:
    static BusesProperties buses()
    {
        const auto channels = outputChannels();
        return channels.size() == 0 ? BusesProperties() : BusesProperties().withOutput ("Output", channels);
    }

    float value (const char* id) const { return parameters.getRawParameterValue (id)->load(); }

    Fault currentFault() const { return static_cast<Fault> (juce::roundToInt (value ("fault"))); }

    void parameterChanged (const juce::String&, float) override
    {
        constexpr auto absurdSeconds = 10.0;
        setLatencySamples (juce::roundToInt (
            currentFault() == Fault::late ? absurdSeconds * getSampleRate() : value ("latency")));
    }

    // Where the host stands in beats, and how many go into a frame.
    std::pair<double, double> beats() const
    {
        const auto position = getPlayHead() != nullptr ? getPlayHead()->getPosition()
                                                       : juce::Optional<juce::AudioPlayHead::PositionInfo>();
        const auto tempo = position.hasValue() ? position->getBpm().orFallback (120.0) : 120.0;
        const auto isPlaying = position.hasValue() && position->getIsPlaying();
        return { isPlaying ? position->getPpqPosition().orFallback (beat) : beat,
                 tempo / 60.0 / getSampleRate() };
    }

    void play (juce::AudioBuffer<float>& audio, const juce::MidiBuffer& midi)
    {
        const Settings settings { static_cast<Wave> (juce::roundToInt (value ("wave"))), value ("cutoff"),
                                  value ("attack") / 1000.0, value ("release") / 1000.0 };
        const auto gain = juce::Decibels::decibelsToGain (value ("gain"));
        vibratoHz = value ("vibrato");
        delay = static_cast<size_t> (value ("latency"));
        const auto pulsesPerBeat = pulsesIn (juce::roundToInt (value ("pulse")));
        const auto [hostBeat, beatsPerFrame] = beats();
        beat = hostBeat;
        auto event = midi.cbegin();

        for (int frame = 0; frame < audio.getNumSamples(); ++frame)
        {
            for (; event != midi.cend() && (*event).samplePosition <= frame; ++event)
                handle ((*event).getMessage());

            const auto isOpen = pulsesPerBeat == 0 || std::fmod (beat * pulsesPerBeat, 1.0) < 0.5;
            beat += beatsPerFrame;
            const auto sound = static_cast<float> (nextSample (settings));
            const auto sample = delayed (isOpen ? gain * sound : 0.0f);

            for (int channel = 0; channel < audio.getNumChannels(); ++channel)
                audio.setSample (channel, frame, sample);
        }
    }

    static int pulsesIn (int choice) { return choice == 0 ? 0 : 1 << (choice - 1); }

    double nextSample (const Settings& settings)
    {
        vibratoPhase = std::fmod (vibratoPhase + vibratoHz / getSampleRate(), 1.0);
        const auto vibrato = 0.5 * modWheel * std::sin (juce::MathConstants<double>::twoPi * vibratoPhase);
        double sum = 0.0;

        for (auto& voice : voices)
            if (voice.stage != Voice::Stage::off)
                sum += voice.next (settings, bendSemitones() + vibrato, getSampleRate());

        return sum;
    }

    float delayed (float sample)
    {
        const auto length = delayLine.size();
        delayLine[delayPosition] = sample;
        const auto output = delayLine[(delayPosition + length - delay) % length];
        delayPosition = (delayPosition + 1) % length;
        return output;
    }

    double bendSemitones() const { return bendRangeSemitones * (bend - 8192) / 8192.0; }

    void handle (const juce::MidiMessage& message)
    {
        if (endless && ! message.isNoteOn())
            return;

        if (message.isNoteOn())
            noteOn (message.getChannel(), message.getNoteNumber(), message.getFloatVelocity());
        else if (message.isNoteOff())
            noteOff (message.getChannel(), message.getNoteNumber());
        else if (message.isPitchWheel())
            bend = message.getPitchWheelValue();
        else if (message.isController())
            control (message.getControllerNumber(), message.getControllerValue());
        else if (message.isProgramChange())
            choose (message.getProgramChangeNumber());
    }

    void choose (int wave) { parameters.getParameter ("wave")->setValueNotifyingHost (wave / 2.0f); }

    void noteOn (int channel, int key, double level)
    {
        if (key < 3 && value ("switches") > 0.5f)
            return choose (key);

        auto free = std::find_if (voices.begin(), voices.end(),
                                  [] (const Voice& voice) { return voice.stage == Voice::Stage::off; });

        if (free == voices.end())
            free = voices.begin();

        free->start (channel, key, level);
    }

    void noteOff (int channel, int key)
    {
        for (auto& voice : voices)
            if (voice.keyDown && voice.key == key && voice.channel == channel)
            {
                voice.keyDown = false;

                if (! sustained)
                    voice.release();
            }
    }

    void control (int number, int position)
    {
        switch (number)
        {
            case 1:   modWheel = position / 127.0; break;
            case 6:   if (registeredParameter == 0) bendRangeSemitones = position; break;
            case 64:  sustain (position >= 64); break;
            case 100: registeredParameter = (registeredParameter & ~0x7f) | position; break;
            case 101: registeredParameter = (registeredParameter & 0x7f) | (position << 7); break;
            case 120: voices = {}; break;
            case 121: modWheel = 0.0; bend = 8192; sustain (false); break;
            case 123: sustain (false); for (auto& voice : voices) voice.release(); break;
            default:  break;
        }
    }

    void sustain (bool down)
    {
        sustained = down;

        if (! sustained)
            for (auto& voice : voices)
                if (! voice.keyDown)
                    voice.release();
    }

    juce::AudioProcessorValueTreeState parameters;
    std::array<Voice, 16> voices;
    std::vector<float> delayLine = std::vector<float> (4096 + 1, 0.0f);
    size_t delayPosition = 0, delay = 0;
    double modWheel = 0.0, vibratoHz = 5.0, vibratoPhase = 0.0, bendRangeSemitones = 2.0;
    int bend = 8192, registeredParameter = 0x3fff;
    double beat = 0.0;
    bool sustained = false, endless = false;
};

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter()
{
    switch (variantToMake)
    {
        case Variant::effect: return new TestEffect();
        case Variant::square: return new TestSynth (Wave::square);
        case Variant::synth:  break;
    }

    return new TestSynth (Wave::sine);
}
