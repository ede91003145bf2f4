using System.Text;

namespace Maas.Api.Tests.Files;

/// <summary>Where Juju keeps its state.</summary>
public class FileTests
{
    [Fact]
    public async Task Criteria_42_to_47_a_file_is_kept_listed_read_and_removed()
    {
        await using var host = await ApiHost.StartAsync();
        var content = Enumerable.Range(0, 1000).Select(i => (byte)(i * 7)).ToArray();

        (await host.SendAsync("POST", "files/?op=", host.Sign(host.Bob), Upload("a/provider-state", [1, 2, 3]))).Expect(201);
        (await host.SendAsync("POST", "files/?op=", host.Sign(host.Bob), Upload("a/provider-state", content))).Expect(201);
        (await host.SendAsync("POST", "files/", host.Sign(host.Bob), Upload("b", [9]))).Expect(201);

        var listed = (await host.GetAsync(host.Bob, "files/?prefix=a/")).Expect(200).Json;
        listed.GetArrayLength().Should().Be(1);
        listed[0].TryGetProperty("content", out _).Should().BeFalse();
        listed[0].GetProperty("resource_uri").GetString().Should().Be("/MAAS/api/2.0/files/a/provider-state/");

        (await host.GetAsync(host.Bob, "files/a/provider-state/")).Expect(200).Json.GetProperty("content")
            .GetBytesFromBase64()
            .Should()
            .Equal(content);
        (await host.GetAsync(host.Bob, "files/?op=get&filename=a/provider-state")).Expect(200).Body.Should().Equal(content);
        (await host.SendAsync("GET", listed[0].GetProperty("anon_resource_uri").GetString()!)).Expect(200).Body.Should().Equal(content);

        (await host.DeleteAsync(host.Bob, "files/a/provider-state/")).Expect(204);
        (await host.DeleteAsync(host.Bob, "files/?filename=a/provider-state")).Expect(404);
        (await host.GetAsync(host.Bob, "files/a/provider-state/")).Expect(404).Headers.GetValues("Workaround").Should().Equal("bug1123986");
    }

    [Fact]
    public async Task Criterion_43_a_name_and_exactly_one_file_are_needed()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync("POST", "files/", host.Sign(host.Bob), Upload(null, [1]))).Expect(400).Text.Should()
            .Be("Filename not supplied");
        (await host.PostAsync(host.Bob, "files/", ("filename", "x"))).Expect(400).Text.Should().Be("File not supplied");
        var two = Upload("x", [1]);
        two.Add(new ByteArrayContent([2]), "file2", "file2");
        (await host.SendAsync("POST", "files/", host.Sign(host.Bob), two)).Expect(400).Text.Should()
            .Be("Exactly one file must be supplied");
    }

    [Fact]
    public async Task A_file_is_its_users_alone()
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Files.PutAsync("bob", "provider-state", Encoding.UTF8.GetBytes("bob's"), ApiHost.Cancellation);

        (await host.GetAsync(host.Eve, "files/provider-state/")).Expect(404);
        (await host.GetAsync(host.Eve, "files/?op=get&filename=provider-state")).Expect(404).Text.Should().Be("File not found");
        (await host.SendAsync("GET", "/MAAS/api/1.0/files/?op=get&filename=provider-state")).Expect(401);
        (await host.SendAsync("GET", "files/?op=get_by_key&key=guess")).Expect(404);
    }

    private static MultipartFormDataContent Upload(string? name, byte[] content)
    {
        var form = new MultipartFormDataContent();
        if (name is not null) form.Add(new StringContent(name), "filename");
        form.Add(new ByteArrayContent(content), "file", "file");
        return form;
    }
}
