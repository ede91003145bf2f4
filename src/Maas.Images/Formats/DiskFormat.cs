namespace Maas.Images.Formats;

/// <summary>What a disk is wrapped in.</summary>
public enum DiskFormat
{
    /// <summary>The disk's bytes as they are.</summary>
    Raw,

    /// <summary>QEMU's copy-on-write format, version 2 or 3.</summary>
    Qcow2,

    /// <summary>Microsoft Virtual PC: fixed or dynamic.</summary>
    Vhd,

    /// <summary>Microsoft Hyper-V.</summary>
    Vhdx,

    /// <summary>VMware: monolithic sparse or stream-optimised.</summary>
    Vmdk,
}
