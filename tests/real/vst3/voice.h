// One voice of the test synth: an oscillator, an envelope, a low-pass of one pole.
#pragma once

#include <cmath>

namespace testsynth
{

enum class Wave { sine, saw, square };

struct Settings
{
    Wave wave = Wave::sine;
    double cutoffHz = 20000.0;
    double attackSeconds = 0.002;
    double releaseSeconds = 0.05;
};

// The steps of saw and square, smoothed over two samples (polyBLEP: Välimäki and Huovilainen, 2007).
inline double smoothedStep (double phase, double increment)
{
    if (phase < increment)
    {
        const auto t = phase / increment;
        return t + t - t * t - 1.0;
    }

    if (phase > 1.0 - increment)
    {
        const auto t = (phase - 1.0) / increment;
        return t * t + t + t + 1.0;
    }

    return 0.0;
}

struct Voice
{
    enum class Stage { off, attack, held, release };

    int key = 0, channel = 0;
    bool keyDown = false;
    Stage stage = Stage::off;

    void start (int newChannel, int newKey, double newLevel)
    {
        key = newKey;
        channel = newChannel;
        level = newLevel;
        keyDown = true;
        stage = Stage::attack;
        phase = envelope = filtered = 0.0;
    }

    void release()
    {
        if (stage != Stage::off)
            stage = Stage::release;
    }

    double next (const Settings& settings, double bendSemitones, double sampleRate)
    {
        constexpr auto twoPi = 6.283185307179586;
        advanceEnvelope (settings, sampleRate);
        const auto frequency = 440.0 * std::pow (2.0, (key - 69 + bendSemitones) / 12.0);
        const auto increment = frequency / sampleRate;

        double sample = 0.0;

        switch (settings.wave)
        {
            case Wave::sine:   sample = std::sin (twoPi * phase); break;
            case Wave::saw:    sample = 2.0 * phase - 1.0 - smoothedStep (phase, increment); break;
            case Wave::square:
                sample = (phase < 0.5 ? 1.0 : -1.0) + smoothedStep (phase, increment)
                         - smoothedStep (std::fmod (phase + 0.5, 1.0), increment);
                break;
        }

        phase = std::fmod (phase + increment, 1.0);
        filtered += (1.0 - std::exp (-twoPi * settings.cutoffHz / sampleRate)) * (sample - filtered);
        return level * envelope * filtered;
    }

private:
    void advanceEnvelope (const Settings& settings, double sampleRate)
    {
        if (stage == Stage::attack)
        {
            envelope += 1.0 / (settings.attackSeconds * sampleRate);

            if (envelope >= 1.0)
            {
                envelope = 1.0;
                stage = Stage::held;
            }
        }
        else if (stage == Stage::release)
        {
            envelope -= 1.0 / (settings.releaseSeconds * sampleRate);

            if (envelope <= 0.0)
            {
                envelope = 0.0;
                stage = Stage::off;
            }
        }
    }

    double level = 0.0, phase = 0.0, envelope = 0.0, filtered = 0.0;
};

} // namespace testsynth
