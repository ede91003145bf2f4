using System.CommandLine;
using Maas.Images.Outputs;

namespace ImageTool;

/// <summary>What every verb that writes an image asks about where it goes.</summary>
internal static class OutputOption
{
    /// <summary>The option <c>--force</c>.</summary>
    public static Option<bool> Force() => new("--force")
    {
        Description = "Let OUT be a block device (/dev/sdb): everything on it is lost. It is synced and read back; "
            + "one that is mounted or in use is refused all the same.",
    };

    /// <summary>The library's options for it.</summary>
    public static OutputOptions Of(bool force) => new() { AllowDevice = force };
}
