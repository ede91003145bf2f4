using Maas.Images.Formats;

namespace Maas.Images.Disks;

/// <summary>How a disk image is written.</summary>
public sealed class DiskWriteOptions
{
    /// <summary>
    /// How a qcow2's clusters are packed; no other format that is written here can be. <see cref="DiskCompression.None"/> unless set.
    /// </summary>
    public DiskCompression Compression { get; init; }

    /// <summary>
    /// The unique id of a VHD, by which programs distinguish disks. <see langword="null"/> makes one; set it to get the same bytes every
    /// time.
    /// </summary>
    public Guid? Id { get; init; }

    /// <inheritdoc cref="Outputs.OutputOptions.AllowDevice"/>
    public bool AllowDevice { get; init; }
}
