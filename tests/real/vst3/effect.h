// DAW Bridge Test Effect: a tremolo, so that effect plugins are tested on a real one. Crash crashes it.
#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include <cmath>
#include <cstdlib>

namespace testsynth
{

class TestEffect final : public juce::AudioProcessor
{
public:
    TestEffect()
        : AudioProcessor (BusesProperties()
                              .withInput ("Input", juce::AudioChannelSet::stereo())
                              .withOutput ("Output", juce::AudioChannelSet::stereo())),
          parameters (*this, nullptr, "state",
                      { number ("gain", "Gain", -60.0f, 24.0f, 0.0f, "dB"),
                        number ("rate", "Rate", 0.1f, 20.0f, 4.0f, "Hz"),
                        number ("depth", "Depth", 0.0f, 100.0f, 0.0f, "%"),
                        std::make_unique<juce::AudioParameterBool> (juce::ParameterID { "crash", 1 }, "Crash",
                                                                    false) })
    {
    }

    void prepareToPlay (double, int) override { phase = 0.0; }

    void processBlock (juce::AudioBuffer<float>& audio, juce::MidiBuffer&) override
    {
        if (value ("crash") > 0.5f)
            std::abort();

        const auto gain = juce::Decibels::decibelsToGain (value ("gain"));

        for (int frame = 0; frame < audio.getNumSamples(); ++frame)
        {
            const auto swing = 0.5 - 0.5 * std::cos (juce::MathConstants<double>::twoPi * phase);
            const auto level = gain * static_cast<float> (1.0 - value ("depth") / 100.0 * swing);
            phase = std::fmod (phase + value ("rate") / getSampleRate(), 1.0);

            for (int channel = 0; channel < audio.getNumChannels(); ++channel)
                audio.setSample (channel, frame, level * audio.getSample (channel, frame));
        }
    }

    const juce::String getName() const override { return "DAW Bridge Test Effect"; }
    bool acceptsMidi() const override { return false; }
    bool producesMidi() const override { return false; }
    double getTailLengthSeconds() const override { return 0.0; }
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
    }

    void setStateInformation (const void* data, int size) override
    {
        if (const auto xml = getXmlFromBinary (data, size))
            parameters.replaceState (juce::ValueTree::fromXml (*xml));
    }

private:
    static std::unique_ptr<juce::AudioParameterFloat> number (const char* id, const char* name, float lowest,
                                                              float highest, float initial, const char* unit)
    {
        return std::make_unique<juce::AudioParameterFloat> (
            juce::ParameterID { id, 1 }, name, juce::NormalisableRange<float> (lowest, highest), initial,
            juce::AudioParameterFloatAttributes().withLabel (unit));
    }

    float value (const char* id) const { return parameters.getRawParameterValue (id)->load(); }

    juce::AudioProcessorValueTreeState parameters;
    double phase = 0.0;
};

} // namespace testsynth
