using System.Text;
using System.Text.Json;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;

namespace Maas.Images.CloudInit;

/// <summary>
/// A seed for cloud-init's NoCloud datasource: a small volume labelled <c>cidata</c> beside a cloud image's disk, from which the first boot
/// takes its name, keys and user data. No network is needed.
/// </summary>
/// <example>
/// <code>
/// var seed = new NoCloudSeed { InstanceId = "i-1", HostName = "node-7", UserData = "#cloud-config\nssh_authorized_keys: [ssh-ed25519
/// AAAA…]\n" }; await using var iso = seed.OpenIso();
/// </code>
/// </example>
public sealed record NoCloudSeed
{
    /// <summary>What cloud-init looks for, in upper or lower case.</summary>
    public const string Label = "cidata";

    /// <summary>Another id is another instance: cloud-init runs its once-per-instance parts again.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The host's name; <see langword="null"/> leaves the image's own.</summary>
    public string? HostName { get; init; }

    /// <summary>What the user wants done: <c>#cloud-config</c>, a script, a MIME archive. Nothing unless set.</summary>
    public string UserData { get; init; } = "#cloud-config\n{}\n";

    /// <summary>What the provider wants done; <see langword="null"/> for nothing.</summary>
    public string? VendorData { get; init; }

    /// <summary>The network's configuration, version 1 or 2; <see langword="null"/> for DHCP on the first card.</summary>
    public string? NetworkConfig { get; init; }

    /// <summary>The seed's files by name.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files
    {
        get
        {
            var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
            {
                ["meta-data"] =
                    Encoding.UTF8.GetBytes(
                        $"instance-id: {Quoted(InstanceId)}\n{(HostName is null ? "" : $"local-hostname: {Quoted(HostName)}\n")}"),
                ["user-data"] = Encoding.UTF8.GetBytes(UserData),
            };
            if (VendorData is not null) files.Add("vendor-data", Encoding.UTF8.GetBytes(VendorData));
            if (NetworkConfig is not null) files.Add("network-config", Encoding.UTF8.GetBytes(NetworkConfig));
            return files;
        }
    }

    /// <summary>The seed as an ISO (of some 400 KiB), for a CD drive or a read-only disk.</summary>
    /// <returns>A seekable stream; the same seed gives the same bytes.</returns>
    public Stream OpenIso()
    {
        var iso = new IsoBuilder { Label = Label };
        foreach (var (name, content) in Files) iso.AddFile(name, content);
        return iso.Build();
    }

    /// <summary>
    /// The seed as a FAT volume (labelled <c>CIDATA</c>: FAT has upper case alone), for a disk or partition that stays editable.
    /// </summary>
    /// <returns>A seekable stream; the same seed gives the same bytes.</returns>
    public Stream OpenFat()
    {
        var volume = new FatBuilder { Label = Label };
        foreach (var (name, content) in Files) volume.AddFile(name, content);
        return volume.Build();
    }

    /// <summary>A JSON string is a YAML one.</summary>
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
