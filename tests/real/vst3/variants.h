// One binary, several plugins: the file's name says which. A copy under another name is a plugin of that name.
#pragma once

namespace testsynth
{

enum class Variant
{
    synth,  // any other name
    square, // the second plugin of a file with "Shell" in its name: the synth, with a square wave at first
    effect  // a file with "Effect" in its name
};

// What the factory is about to make.
inline Variant variantToMake = Variant::synth;

} // namespace testsynth
