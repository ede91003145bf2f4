using Maas.Api.Requests;
using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>MAAS's names and numbers of the parts of a machine.</summary>
internal static class HardwareTypes
{
    /// <summary>Reads any of MAAS's spellings; another one is an error of the field <c>hardware_type</c>, and the whole machine.</summary>
    public static ScriptHardwareType Parse(string text, FormReader errors)
    {
        if (!ScriptFieldParser.TryReadHardwareType(text, out var type, out var reason)) errors.Refuse("hardware_type", reason);
        return type;
    }

    /// <summary>The name that is shown.</summary>
    public static string NameOf(ScriptHardwareType type) => type switch
    {
        ScriptHardwareType.Cpu => "CPU",
        ScriptHardwareType.Gpu => "GPU",
        var other => $"{other}",
    };
}
