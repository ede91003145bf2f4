namespace Maas.Power.Redfish;

/// <summary>How the services of a vendor deviate from the specification: data, not code.</summary>
public sealed record RedfishQuirk
{
    /// <summary>A part of the vendor's name, in the service root or the system's manufacturer; compared without case.</summary>
    public required string Vendor { get; init; }

    /// <summary>A part of the system's model; null, the default, for all.</summary>
    public string? Model { get; init; }

    /// <summary>What it is for, as a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>When the boot mode (UEFI or legacy) is sent with a boot choice; when it differs from the present one.</summary>
    public RedfishBootModeUse BootMode { get; init; }

    /// <summary>How an entity tag is sent with a change; as the service gave it.</summary>
    public RedfishETagUse ETag { get; init; }

    /// <summary>The boot target for a virtual optical drive; <c>Cd</c>.</summary>
    public string VirtualMediaTarget { get; init; } = "Cd";

    /// <summary>The reset type that asks the operating system to shut down; <c>GracefulShutdown</c>.</summary>
    public string ShutdownType { get; init; } = "GracefulShutdown";

    /// <summary>Whether the boot choice is written to the system's settings resource; it is not.</summary>
    public bool UsesSettingsResource { get; init; }

    /// <summary>Services without a known deviation.</summary>
    public static RedfishQuirk None { get; } = new() { Vendor = "", Reason = "" };

    /// <summary>What is known of vendors.</summary>
    public static IReadOnlyList<RedfishQuirk> BuiltIn { get; } =
    [
        new()
        {
            Vendor = "Supermicro",
            Reason = "A boot choice without a boot mode is refused, and a virtual optical drive boots as a USB one.",
            BootMode = RedfishBootModeUse.Always,
            VirtualMediaTarget = "UsbCd",
        },
        new()
        {
            Vendor = "Dell",
            Reason = "A boot mode in a boot choice is refused: it is a BIOS setting.",
            BootMode = RedfishBootModeUse.Never,
        },
        new()
        {
            Vendor = "Lenovo",
            Reason = "A change without an entity tag is refused, and so is a weak one.",
            ETag = RedfishETagUse.Strong,
        },
        new()
        {
            Vendor = "AMI",
            Reason = "A boot choice is taken at the settings resource only, and needs an entity tag.",
            UsesSettingsResource = true,
        },
        new()
        {
            Vendor = "HPE",
            Reason = "Without an agent in the operating system only the power button shuts it down.",
            ShutdownType = "PushPowerButton",
            ETag = RedfishETagUse.Never,
        },
    ];

    internal static RedfishQuirk Find(IEnumerable<RedfishQuirk> quirks, string? vendor, string? manufacturer, string? model) =>
        quirks.FirstOrDefault(quirk => (Has(vendor, quirk.Vendor) || Has(manufacturer, quirk.Vendor))
            && (quirk.Model is null || Has(model, quirk.Model))) ?? None;

    // Whole words: "AMI" is not in "Dynamics".
    private static bool Has(string? text, string part) => text is not null && part.Length > 0
        && text.Split([' ', ',', '.', '-', '/', '(', ')']).Any(word => word.Equals(part, StringComparison.OrdinalIgnoreCase));
}

/// <summary>When a boot mode is sent.</summary>
public enum RedfishBootModeUse
{
    /// <summary>When it differs from the present one.</summary>
    WhenChanged,

    /// <summary>With every boot choice.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>How an entity tag is sent.</summary>
public enum RedfishETagUse
{
    /// <summary>As the service gave it, if it gave one.</summary>
    AsGiven,

    /// <summary>Without the mark of a weak one.</summary>
    Strong,

    /// <summary>Not at all.</summary>
    Never,
}
