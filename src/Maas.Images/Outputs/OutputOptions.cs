namespace Maas.Images.Outputs;

/// <summary>Where an image may be written.</summary>
public sealed class OutputOptions
{
    /// <summary>
    /// Whether a block device (<c>/dev/sdb</c>) may be overwritten. No unless set: everything on it is lost. One that is mounted or
    /// otherwise in use is refused all the same.
    /// </summary>
    public bool AllowDevice { get; init; }

    /// <summary>
    /// Where an image that cannot be written front to back is made before it goes to a device or a pipe. The system's own unless set.
    /// </summary>
    public string TemporaryDirectory { get; init; } = Path.GetTempPath();
}
