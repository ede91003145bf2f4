using System.Text;
using Maas.Core.Scripts;

namespace Maas.Fuzz.Tests.Core;

/// <summary>The metadata of a script that a user uploads, and the results file of one that a machine ran.</summary>
internal static class ScriptTargets
{
    private const string Start = "#!/bin/sh\n# --- Start MAAS 1.0 script metadata ---\n";

    public static IEnumerable<FuzzTarget> All =>
    [
        new("script-metadata", ReadMetadata)
        {
            Seeds =
            [
                "# name: a\n# parameters:\n#   d: {type: storage, argument_format: '{path}'}\n#   t: {type: runtime, min: 1}\n"u8.ToArray(),
                "# tags: [a, b]\n# results: {r: {title: R}}\n# for_hardware: ['pci:8086:0001']\n# timeout: 0:10:00\n"u8.ToArray(),
                "# name: >\n#   a\n# packages:\n#   apt: [x]\n# --- End MAAS 1.0 script metadata ---\nx\n"u8.ToArray(),
            ],
            Words =
            [
                "\n# "u8.ToArray(), "&a "u8.ToArray(), "*a"u8.ToArray(), "[["u8.ToArray(), "{{"u8.ToArray(), "? "u8.ToArray(),
                "!!int "u8.ToArray(), "| "u8.ToArray(), "parameters: "u8.ToArray(), "type: url"u8.ToArray(),
                "allow_list: on"u8.ToArray(), "<<: "u8.ToArray(),
            ],
            Cases = 100_000,
        },
    ];

    private static void ReadMetadata(ReadOnlySpan<byte> input)
    {
        var metadata = ScriptMetadata.Read(Start + Encoding.UTF8.GetString(input), out _);
        var script = ScriptFieldParser.Apply(new NodeScript { Name = "" }, ScriptFieldParser.Read(metadata, Ignore), Ignore);
        ArgumentOutOfRangeException.ThrowIfLessThan(script.TimeoutSeconds, 0);
        _ = ScriptParameter.TryReadAll(script.Parameters, out _, out _);
        _ = ScriptResultText.TryRead(input, out _, out _);

        static void Ignore(string field, string reason) => ArgumentException.ThrowIfNullOrEmpty(reason);
    }
}
