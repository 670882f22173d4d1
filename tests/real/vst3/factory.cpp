// Stands before JUCE's VST3 factory, which knows one plugin, and offers what the file's name says.

#undef GetPluginFactory // JUCE's own is compiled under another name: see CMakeLists.txt

#include <pluginterfaces/base/ipluginbase.h>
#include <pluginterfaces/vst/ivstaudioprocessor.h>

#include <dlfcn.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "variants.h"

using namespace Steinberg;
using testsynth::Variant;

extern "C" IPluginFactory* PLUGIN_API JuceGetPluginFactory();

namespace
{

struct Offer
{
    std::string name;
    std::string categories;
    Variant variant;
    TUID classId;
};

std::string fileName()
{
    Dl_info info {};
    dladdr (reinterpret_cast<void*> (&fileName), &info);
    return std::filesystem::path (info.dli_fname).stem().string();
}

class Factory final : public IPluginFactory3
{
public:
    explicit Factory (IPluginFactory3* theirs) : juce (theirs)
    {
        const auto name = fileName();
        const auto holds = [&name] (const char* word) { return name.find (word) != std::string::npos; };

        if (holds ("Effect"))
            offer (name, "Fx|Modulation", Variant::effect);
        else if (holds ("Shell"))
        {
            offer (name + " Sine", "Instrument|Synth", Variant::synth);
            offer (name + " Square", "Instrument|Synth", Variant::square);
        }
        else
            offer (name, "Instrument|Synth", Variant::synth);
    }

    tresult PLUGIN_API queryInterface (const TUID interfaceId, void** object) override
    {
        const auto result = juce->queryInterface (interfaceId, object);

        if (result == kResultOk)
            *object = this; // the count that theirs went up by is ours: all calls are handed on

        return result;
    }

    uint32 PLUGIN_API addRef() override { return juce->addRef(); }
    uint32 PLUGIN_API release() override { return juce->release(); }
    tresult PLUGIN_API getFactoryInfo (PFactoryInfo* info) override { return juce->getFactoryInfo (info); }
    tresult PLUGIN_API setHostContext (FUnknown* context) override { return juce->setHostContext (context); }

    // Our plugins, then whatever JUCE offers after its one: the controller that they share.
    int32 PLUGIN_API countClasses() override
    {
        return static_cast<int32> (offers.size()) + juce->countClasses() - 1;
    }

    tresult PLUGIN_API getClassInfo (int32 index, PClassInfo* info) override
    {
        const auto result = juce->getClassInfo (theirIndex (index), info);

        if (const auto* plugin = ours (index))
        {
            std::memcpy (info->cid, plugin->classId, sizeof (TUID));
            std::strncpy (info->name, plugin->name.c_str(), PClassInfo::kNameSize - 1);
        }

        return result;
    }

    tresult PLUGIN_API getClassInfo2 (int32 index, PClassInfo2* info) override
    {
        const auto result = juce->getClassInfo2 (theirIndex (index), info);

        if (const auto* plugin = ours (index))
        {
            std::memcpy (info->cid, plugin->classId, sizeof (TUID));
            std::strncpy (info->name, plugin->name.c_str(), PClassInfo::kNameSize - 1);
            std::strncpy (info->subCategories, plugin->categories.c_str(),
                          PClassInfo2::kSubCategoriesSize - 1);
        }

        return result;
    }

    tresult PLUGIN_API getClassInfoUnicode (int32 index, PClassInfoW* info) override
    {
        const auto result = juce->getClassInfoUnicode (theirIndex (index), info);

        if (const auto* plugin = ours (index))
        {
            PClassInfo2 narrow;
            getClassInfo2 (index, &narrow);
            info->fromAscii (narrow);
        }

        return result;
    }

    tresult PLUGIN_API createInstance (FIDString classId, FIDString interfaceId, void** object) override
    {
        for (const auto& plugin : offers)
            if (std::memcmp (classId, plugin.classId, sizeof (TUID)) == 0)
            {
                testsynth::variantToMake = plugin.variant;
                return juce->createInstance (offers.front().classId, interfaceId, object);
            }

        return juce->createInstance (classId, interfaceId, object);
    }

private:
    void offer (const std::string& name, const std::string& categories, Variant variant)
    {
        PClassInfo info;
        juce->getClassInfo (0, &info);
        Offer plugin { name, categories, variant, {} };
        std::memcpy (plugin.classId, info.cid, sizeof (TUID));
        plugin.classId[15] = static_cast<char> (plugin.classId[15] + static_cast<char> (offers.size()));
        offers.push_back (plugin);
    }

    const Offer* ours (int32 index) const
    {
        return index < static_cast<int32> (offers.size()) ? &offers[static_cast<size_t> (index)] : nullptr;
    }

    int32 theirIndex (int32 index) const
    {
        return ours (index) != nullptr ? 0 : index - static_cast<int32> (offers.size()) + 1;
    }

    IPluginFactory3* juce;
    std::vector<Offer> offers;
};

} // namespace

extern "C" __attribute__ ((visibility ("default"))) IPluginFactory* PLUGIN_API GetPluginFactory()
{
    auto* juce = static_cast<IPluginFactory3*> (JuceGetPluginFactory());
    static Factory factory (juce);
    return &factory;
}
