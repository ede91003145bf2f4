using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Accounts;

public class SslKeyTests
{
    private const string Keys = "account/prefs/sslkeys/";

    [Fact]
    public async Task A_user_adds_lists_reads_and_removes_a_certificate()
    {
        await using var host = await ApiHost.StartAsync();
        var pem = Certificate();

        var created = (await host.PostAsync(host.Bob, Keys, ("key", pem))).Expect(201).Json;
        var uri = created.GetProperty("resource_uri").GetString()!;
        (created.GetProperty("key").GetString(), uri).Should().Be((pem.Trim(), $"/MAAS/api/2.0/{Keys}1/"));
        (await host.GetAsync(host.Bob, Keys)).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.GetAsync(host.Eve, Keys)).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync(host.Bob, uri)).Expect(200);
        (await host.GetAsync(host.Eve, uri)).Expect(403).Text.Should().Be("Can't get a key you don't own.");
        (await host.DeleteAsync(host.Eve, uri)).Expect(403).Text.Should().Be("Can't delete a key you don't own.");
        (await host.PostAsync(host.Bob, Keys, ("key", pem))).Expect(400).Json.GetProperty("__all__")[0].GetString().Should()
            .Be("This key has already been added for this user.");
        (await host.PostAsync(host.Eve, Keys, ("key", pem))).Expect(201);

        (await host.DeleteAsync(host.Bob, uri)).Expect(204);
        (await host.DeleteAsync(host.Bob, uri)).Expect(404);
        (await host.GetAsync(host.Bob, Keys)).Expect(200).Text.Should().Be("[]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("words")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("private")]
    public async Task What_is_no_certificate_alone_is_refused(string key)
    {
        await using var host = await ApiHost.StartAsync();
        if (key == "private")
        {
            using var rsa = RSA.Create(2048);
            key = Certificate() + rsa.ExportPkcs8PrivateKeyPem();
        }

        (await host.PostAsync(host.Bob, Keys, ("key", key))).Expect(400).Json.TryGetProperty("key", out _).Should().BeTrue();
    }

    [Fact]
    public async Task A_user_has_as_many_certificates_as_the_quota_allows()
    {
        await using var host = await ApiHost.StartAsync(configureCore: options => options.Quotas.SslKeysPerUser = 1);
        (await host.PostAsync(host.Bob, Keys, ("key", Certificate()))).Expect(201);

        (await host.PostAsync(host.Bob, Keys, ("key", Certificate()))).Expect(507);
        (await host.PostAsync(host.Eve, Keys, ("key", Certificate()))).Expect(201);
    }

    [Fact]
    public async Task The_owners_machine_receives_the_owners_certificates()
    {
        await using var host = await ApiHost.StartAsync();
        var pem = Certificate();
        (await host.PostAsync(host.Bob, Keys, ("key", pem))).Expect(201);
        (await host.PostAsync(host.Eve, Keys, ("key", Certificate()))).Expect(201);
        var machine = await host.ReadyAsync();
        var before = await host.TokenAsync(machine);
        (await host.GetAsync(before, "/MAAS/metadata/latest/meta-data/")).Expect(200).Text.Should().NotContain("x509");

        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        var token = await host.TokenAsync(machine);
        (await host.GetAsync(token, "/MAAS/metadata/latest/meta-data/")).Expect(200).Text.Should().EndWith("x509");
        (await host.GetAsync(token, "/MAAS/metadata/latest/meta-data/x509")).Expect(200).Text.Should().Be(pem.Trim());
    }

    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bob", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return certificate.ExportCertificatePem();
    }
}
