using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Maas.Images.Tests.Debian;
using Maas.Images.Tests.Simplestreams;

namespace Maas.Images.Tests.Import;

/// <summary>An archive with a network installer, <c>debian</c> on a mirror, signed with the mirror's key.</summary>
internal sealed class SyntheticInstaller(SyntheticStreams mirror)
{
    public const string Folder = "debian/dists/test/main/installer-amd64/current/images/";

    public const string KernelName = "netboot/debian-installer/amd64/linux";

    public const string InitrdName = "netboot/debian-installer/amd64/initrd.gz";

    public const string Release = "debian/dists/test/InRelease";

    public byte[] Kernel { get; } = RandomNumberGenerator.GetBytes(9_000);

    public byte[] Initrd { get; } = RandomNumberGenerator.GetBytes(90_000);

    /// <summary>Puts kernel, initrd, the list of their hashes and the signed release there.</summary>
    public void Publish(SigningKey? signer = null)
    {
        mirror.Server.Files[Folder + KernelName] = Kernel;
        mirror.Server.Files[Folder + InitrdName] = Initrd;
        var list = Encoding.UTF8.GetBytes($"""
            {Hash(Kernel)}  ./{KernelName}
            {Hash(Initrd)}  ./{InitrdName}
            {Hash(Initrd)}  ./cdrom/initrd.gz
            {Hash(Initrd)}  ./netboot/gtk/debian-installer/amd64/initrd.gz

            """);
        mirror.Server.Files[Folder + "SHA256SUMS"] = list;
        var date = mirror.Time.GetUtcNow().ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        var release =
            $"Suite: test\nCodename: testing\nDate: {date} UTC\nSHA256:\n {Hash(list)} {list.Length} " +
            "main/installer-amd64/current/images/SHA256SUMS\n";
        mirror.Server.Files[Release] = Encoding.UTF8.GetBytes((signer ?? mirror.Key).Sign(release, mirror.Time.GetUtcNow()));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
