namespace Maas.Testing.Firmware;

/// <summary>What firmware or a boot program ended with.</summary>
internal abstract record BootResult
{
    private BootResult() { }

    /// <summary>A kernel was started.</summary>
    public sealed record Kernel(string CommandLine) : BootResult;

    /// <summary>The disk was started.</summary>
    public sealed record Disk : BootResult;

    /// <summary>The machine was switched off.</summary>
    public sealed record PowerOff(string By) : BootResult;

    /// <summary>The machine starts again.</summary>
    public sealed record Reboot : BootResult;

    /// <summary>Nothing goes on, and nothing gives up.</summary>
    public sealed record Hang(string Reason) : BootResult;

    /// <summary>The boot program gave control back: the firmware takes the next boot device.</summary>
    public sealed record NextDevice(string Reason) : BootResult;
}
