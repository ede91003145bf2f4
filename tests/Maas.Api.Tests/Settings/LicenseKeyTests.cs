namespace Maas.Api.Tests.Settings;

public class LicenseKeyTests
{
    [Fact]
    public async Task An_administrator_adds_reads_changes_and_deletes_a_key()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(
            host.Admin, "license-keys/", ("osystem", "windows"), ("distro_series", "win2022"), ("license_key", "AAAAA-BBBBB"))).Expect(200)
            .Text.Should().Be("""
                {"osystem":"windows","distro_series":"win2022","license_key":"AAAAA-BBBBB",
                "resource_uri":"/MAAS/api/2.0/license-key/windows/win2022"}
                """.ReplaceLineEndings(""));
        (await host.PostAsync(host.Admin, "license-keys/", ("distro_series", "windows/win2019"), ("license_key", "C"))).Expect(200);
        (await host.PostAsync(host.Admin, "license-keys/", ("distro_series", "windows/win2019"), ("license_key", "D"))).Expect(400);
        (await host.GetAsync(host.Admin, "license-keys/")).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("distro_series").GetString()).Should().Equal("win2019", "win2022");
        (await host.GetAsync(host.Bob, "license-keys/")).Expect(403);
        (await host.GetAsync(host.Bob, "license-key/windows/win2022")).Expect(403);

        (await host.PutAsync(host.Admin, "license-key/windows/win2022", ("license_key", "E"))).Expect(200);
        (await host.GetAsync(host.Admin, "license-key/windows/win2022")).Expect(200).Json.GetProperty("license_key").GetString()
            .Should().Be("E");
        (await host.DeleteAsync(host.Admin, "license-key/windows/win2022")).Expect(204);
        (await host.DeleteAsync(host.Admin, "license-key/windows/win2022")).Expect(204);
        (await host.GetAsync(host.Admin, "license-key/windows/win2022")).Expect(404);
    }

    [Fact]
    public async Task A_key_needs_a_system_a_series_and_a_value()
    {
        await using var host = await ApiHost.StartAsync();
        var missing = (await host.PostAsync(host.Admin, "license-keys/")).Expect(400).Json;
        missing.EnumerateObject().Select(each => each.Name).Should().Equal("distro_series", "license_key", "osystem");
        (await host.PostAsync(
            host.Admin, "license-keys/", ("osystem", "windows"), ("distro_series", "esxi/7"), ("license_key", "x"))).Expect(400).Json
            .TryGetProperty("distro_series", out _).Should().BeTrue();
        (await host.PutAsync(host.Admin, "license-key/windows/win2022", ("license_key", "E"))).Expect(404);
    }
}
