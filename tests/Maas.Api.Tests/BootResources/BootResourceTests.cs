using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Maas.Api.Tests.BootResources;

public class BootResourceTests
{
    private static readonly byte[] Image = [.. Enumerable.Range(0, 10_000).Select(i => (byte)(i * 13))];

    [Fact]
    public async Task Criterion_58_an_image_is_announced_sent_in_pieces_and_complete_after_the_last()
    {
        await using var host = await ApiHost.StartAsync();

        var created = (await AnnounceAsync(host, Image)).Expect(201).Json;
        var file = NewestFile(created);
        file.GetProperty("complete").GetBoolean().Should().BeFalse();
        var uri = file.GetProperty("upload_uri").GetString()!;
        foreach (var piece in Image.Chunk(4096)) (await PutAsync(host, uri, piece)).Expect(200);

        var read = (await host.GetAsync(host.Bob, created.GetProperty("resource_uri").GetString()!)).Expect(200).Json;
        NewestFile(read).GetProperty("complete").GetBoolean().Should().BeTrue();
        NewestFile(read).TryGetProperty("upload_uri", out _).Should().BeFalse();
        (await PutAsync(host, uri, [1])).Expect(400);

        var listed = (await host.GetAsync(host.Bob, "boot-resources/")).Expect(200).Json[0];
        (
            listed.GetProperty("type").GetString(),
            listed.GetProperty("name").GetString(),
            listed.GetProperty("architecture").GetString()).Should()
            .Be(("Uploaded", "custom/debian-12", "amd64/generic"));
        NewestFile((await AnnounceAsync(host, Image)).Expect(201).Json)
            .GetProperty("complete")
            .GetBoolean()
            .Should()
            .BeTrue("the same bytes need not be sent again");
        (await host.DeleteAsync(host.Admin, created.GetProperty("resource_uri").GetString()!)).Expect(204);
    }

    [Fact]
    public async Task Criterion_58_wrong_bytes_and_too_many_are_refused()
    {
        await using var host = await ApiHost.StartAsync();
        var wrong = NewestFile((await AnnounceAsync(host, Image)).Json).GetProperty("upload_uri").GetString()!;

        (await PutAsync(host, wrong, new byte[Image.Length + 1])).Expect(400);
        (await PutAsync(host, wrong, new byte[Image.Length])).Expect(400);
        (await PutAsync(host, wrong, Image)).Expect(200);
    }

    [Fact]
    public async Task An_announcement_that_makes_no_sense_is_refused()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(
            host.Admin,
            "boot-resources/",
            ("name", "custom/x"),
            ("architecture", "amd64"),
            ("filetype", "ddraw"),
            ("sha256", "no"),
            ("size", "10"))).Expect(400);
        (await host.PostAsync(
            host.Admin, "boot-resources/", ("name", "custom/x"), ("architecture", "amd64"), ("sha256", new string('0', 64)))).Expect(
            400).Json.TryGetProperty(
            "size", out _)
            .Should()
            .BeTrue();
        (await host.PostAsync(host.Bob, "boot-resources/", ("name", "custom/x"))).Expect(403);
        (await host.GetAsync(host.Bob, "boot-resources/")).Json.GetArrayLength().Should().Be(0);
    }

    private static Task<Reply> AnnounceAsync(ApiHost host, byte[] image) => host.PostAsync(host.Admin, "boot-resources/",
        ("name", "custom/debian-12"), ("architecture", "amd64/generic"), ("filetype", "ddraw"), ("title", "Debian 12"),
        ("sha256", Convert.ToHexStringLower(SHA256.HashData(image))), ("size", image.Length.ToString(CultureInfo.InvariantCulture)));

    private static Task<Reply> PutAsync(ApiHost host, string uri, byte[] piece)
    {
        var content = new ByteArrayContent(piece);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return host.SendAsync("PUT", uri, host.Sign(host.Admin), content);
    }

    /// <summary>As clients do: the greatest name among the sets, and its only file.</summary>
    private static JsonElement NewestFile(JsonElement resource) =>
        resource.GetProperty("sets").EnumerateObject().OrderBy(set => set.Name, StringComparer.Ordinal).Last().Value.GetProperty(
            "files").EnumerateObject().Single().Value;
}
