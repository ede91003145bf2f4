namespace Maas.Images;

/// <summary>The device a device node stands for: <c>8:1</c> is the first partition of the first SCSI disk.</summary>
/// <param name="Major">The driver, 0 to 4095.</param>
/// <param name="Minor">The device within the driver, 0 to 1048575.</param>
public readonly record struct DeviceNumber(uint Major, uint Minor)
{
    /// <summary><c>major:minor</c>, as in <c>/sys/dev/block</c>.</summary>
    public override string ToString() => $"{Major}:{Minor}";
}
