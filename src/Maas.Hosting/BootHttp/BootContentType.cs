namespace Maas.Hosting.BootHttp;

/// <summary>
/// The media type of a boot file: UEFI HTTP boot tells by it whether it gets a program or a disk's image (UEFI 2.10 section 24.7.2), and by
/// the name only where it is missing.
/// </summary>
internal static class BootContentType
{
    private const string Unknown = "application/octet-stream";

    /// <summary>The type of a file of this name.</summary>
    public static string Of(string name) => Path.GetExtension(name.AsSpan()) switch
    {
        var e when e.Equals(".efi", StringComparison.OrdinalIgnoreCase) => "application/efi",
        var e when e.Equals(".iso", StringComparison.OrdinalIgnoreCase) => "application/vnd.efi-iso",
        var e when e.Equals(".img", StringComparison.OrdinalIgnoreCase) => "application/vnd.efi-img",
        _ => Unknown,
    };
}
