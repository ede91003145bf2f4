using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Maas.Journey.Tests.Lab;
using Maas.Judges;
using VmLab.Networks;
using VmLab.Processes;
using VmLab.Servers;

namespace Maas.Journey.Tests.Servers;

/// <summary>The API over TLS of the sample host, as curl sees it.</summary>
[Collection(LabCollection.Name)]
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-tls-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_API_is_served_over_TLS_beside_plain_HTTP_with_the_operators_certificate()
    {
        LabJudges.RequireNetwork();
        Judge.Require("curl", "curl");
        await using var network = await LabNetwork.CreateAsync(Token);
        var (certificate, key) = WriteCertificate();
        await using var server = new MaasServerProcess(
            network, Path.Combine(_folder.FullName, "data"), new ServerSetup(), TimeProvider.System)
        {
            Options = ["--https-certificate", certificate, "--https-key", key],
        };
        await server.StartAsync(Token);

        var secure = $"https://{LabNetwork.ServerAddress}:5443/MAAS/api/2.0/version/";
        (await CurlAsync(network, $"--cacert {certificate} {secure}")).Should().Contain("\"capabilities\"");
        (await CurlAsync(network, secure)).Should().NotContain("\"capabilities\"", "no client trusts the certificate by itself");
        (await CurlAsync(network, $"{MaasServerProcess.Address.AbsoluteUri}api/2.0/version/")).Should().Contain("\"capabilities\"");
    }

    private (string Certificate, string Key) WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=maas", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(LabNetwork.ServerAddress);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        var (certificateFile, keyFile) = (Path.Combine(_folder.FullName, "cert.pem"), Path.Combine(_folder.FullName, "key.pem"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    // The two addresses are bound one after the other.
    private static Task<string> CurlAsync(LabNetwork network, string arguments) => HostCommand.RunAsync(
        "ip",
        [
            "netns", "exec", network.Name, "sh", "-c",
            $"curl -sS --max-time 60 --retry 20 --retry-delay 1 --retry-connrefused {arguments} 2>&1 || true",
        ],
        Token);
}
