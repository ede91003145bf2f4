using System.Text;

namespace Maas.Api.Tests.BootResources;

public class BootSourceTests
{
    [Fact]
    public async Task Terraform_creates_reads_changes_and_deletes_a_source_with_selections()
    {
        await using var host = await ApiHost.StartAsync();

        var source = (await host.PostAsync(
            host.Admin, "boot-sources/", ("url", "http://images.example/stable/"), ("keyring_data", "a2V5cmluZw=="))).Expect(201).Json;
        (source.GetProperty("id").GetInt64(), source.GetProperty("keyring_data").GetString(), source.GetProperty("keyring_filename")
            .GetString(), source.GetProperty("resource_uri").GetString())
            .Should().Be((1, "a2V5cmluZw==", "", "/MAAS/api/2.0/boot-sources/1/"));
        source.GetProperty("created").GetString().Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$");

        var selection = (await host.PostAsync(
            host.Admin, "boot-sources/1/selections/", ("os", "ubuntu"), ("release", "noble"), ("arches", "amd64"), ("arches", "arm64"),
            ("labels", "stable"))).Expect(200).Json;
        selection.GetRawText().Should().Be("""
            {"id":1,"os":"ubuntu","release":"noble","arches":["amd64","arm64"],"subarches":["*"],"labels":["stable"],"boot_source_id":1,
            "resource_uri":"/MAAS/api/2.0/boot-sources/1/selections/1/"}
            """.ReplaceLineEndings(""));
        (await host.PostAsync(host.Admin, "boot-sources/1/selections/", ("os", "ubuntu"), ("release", "noble"))).Expect(400);
        (await host.PutAsync(host.Admin, "boot-sources/1/selections/1/", ("arches", "*"))).Expect(200).Json.GetProperty("arches")[0]
            .GetString().Should().Be("*");
        (await host.GetAsync(host.Bob, "boot-sources/1/selections/")).Expect(200).Json.GetArrayLength().Should().Be(1);

        (await host.PutAsync(host.Admin, "boot-sources/1/", ("url", "http://images.example/candidate/"))).Expect(200).Json
            .GetProperty("keyring_data").GetString().Should().Be("a2V5cmluZw==");
        (await host.DeleteAsync(host.Bob, "boot-sources/1/")).Expect(403);
        (await host.DeleteAsync(host.Admin, "boot-sources/1/")).Expect(204);
        (await host.GetAsync(host.Admin, "boot-sources/1/selections/1/")).Expect(404);
        (await host.GetAsync(host.Admin, "boot-sources/1/selections/")).Expect(404).Text.Should()
            .Be("No BootSource matches the given query.");
        (await host.PostAsync(host.Admin, "boot-sources/1/selections/", ("os", "ubuntu"), ("release", "noble"))).Expect(404);
    }

    [Fact]
    public async Task A_keyring_may_be_a_file()
    {
        await using var host = await ApiHost.StartAsync();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("http://images.example/"), "url" },
            { new ByteArrayContent([0x99, 0, 1]), "keyring_data", "ubuntu.gpg" },
        };
        (await host.SendAsync("POST", "boot-sources/", host.Sign(host.Admin), form)).Expect(201).Json.GetProperty("keyring_data")
            .GetBytesFromBase64().Should().Equal(0x99, 0, 1);
    }

    [Theory]
    [InlineData("url", "gopher://x", "url", "Enter a valid URL.")]
    [InlineData("keyring_data", "?", "keyring_data", "Enter a file, or its bytes in base64.")]
    [InlineData("keyring_data", "", "__all__", "One of keyring_data or keyring_filename must be specified.")]
    [InlineData("keyring_filename", "/usr/share/keyrings/x.gpg", "__all__",
        "Only one of keyring_filename or keyring_data can be specified.")]
    public async Task A_wrong_source_is_refused_by_the_field_at_fault(string field, string value, string at, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        List<(string Name, string Value)> fields =
            [("url", "http://images.example/"), ("keyring_data", Convert.ToBase64String(Encoding.ASCII.GetBytes("key")))];
        fields.RemoveAll(each => each.Name == field);

        (await host.PostAsync(host.Admin, "boot-sources/", [.. fields, (field, value)])).Expect(400).Json.GetProperty(at)[0].GetString()
            .Should().Be(reason);
    }

    [Fact]
    public async Task A_selection_belongs_to_its_source()
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var path in (string[])["a", "b"])
            (await host.PostAsync(host.Admin, "boot-sources/", ("url", $"http://images.example/{path}/"), ("keyring_filename", "/k")))
                .Expect(201);
        (await host.PostAsync(host.Admin, "boot-sources/1/selections/", ("os", "ubuntu"), ("release", "noble"))).Expect(200);

        (await host.GetAsync(host.Admin, "boot-sources/2/selections/")).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync(host.Admin, "boot-sources/2/selections/1/")).Expect(404);
        (await host.DeleteAsync(host.Admin, "boot-sources/2/selections/1/")).Expect(404);
        (await host.GetAsync(host.Admin, "boot-sources/1/selections/1/")).Expect(200);
    }
}
