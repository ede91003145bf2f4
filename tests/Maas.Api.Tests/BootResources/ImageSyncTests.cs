namespace Maas.Api.Tests.BootResources;

/// <summary>Which controllers have which files of images.</summary>
public class ImageSyncTests
{
    [Fact]
    public async Task Complete_files_are_listed_with_the_controller_that_has_them()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(1000);
        (await host.PostAsync(
            host.Admin, "boot-resources/", ("name", "custom/partial"), ("architecture", "amd64"), ("sha256", new string('a', 64)),
            ("size", "5000"), ("filetype", "ddraw"))).Expect(201);
        var image = (await host.Core.BootResources.ListAsync(ApiHost.Cancellation))[0];
        var (file, self) = (image.Sets[0].File, host.Core.Controllers.Self.SystemId.ToString());

        var listed = (await host.GetAsync(host.Admin, "images-sync-progress/")).Expect(200).Json;
        listed.EnumerateObject().Should().ContainSingle().Which.Name.Should().Be($"{file.Id}");
        var entry = listed.GetProperty($"{file.Id}");
        (entry.GetProperty("sha256").GetString(), entry.GetProperty("size").GetInt64()).Should().Be((file.Sha256, 1000));
        entry.GetProperty("sources").EnumerateArray().Select(each => each.GetString()).Should().Equal(self);
        (await host.GetAsync(host.Admin, "images-sync-progress/?sources=false")).Expect(200).Json.GetProperty($"{file.Id}")
            .GetProperty("sources").GetArrayLength().Should().Be(0);
        (await host.GetAsync(host.Bob, "images-sync-progress/")).Expect(403);
    }

    [Fact]
    public async Task A_report_must_agree_with_the_bytes_that_are_here()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync(1000);
        var file = (await host.Core.BootResources.ListAsync(ApiHost.Cancellation))[0].Sets[0].File.Id;
        var self = host.Core.Controllers.Self.SystemId;
        var path = $"images-sync-progress/{file}/{self}/";

        (await host.GetAsync(host.Admin, path)).Expect(200).Text.Should().Be("{\"size\":1000}");
        (await host.PutAsync(host.Admin, path, ("size", "1000"))).Expect(200).Text.Should().Be("null");
        (await host.PutAsync(host.Admin, path, ("size", "999"))).Expect(409);
        (await host.PostAsync(
            host.Admin, "images-sync-progress/", ("system_id", $"{self}"), ("size", "1000"), ("ids", $"{file}"), ("ids", "77")))
            .Expect(200);
        (await host.PostAsync(
            host.Admin, "images-sync-progress/", ("system_id", $"{self}"), ("size", "1"), ("ids", $"{file}"))).Expect(409);
        (await host.GetAsync(host.Admin, path)).Expect(200).Text.Should().Be("{\"size\":1000}");
        (await host.GetAsync(host.Admin, $"images-sync-progress/77/{self}/")).Expect(404).Text.Should()
            .Be("No BootResourceFile matches the given query.");
        (await host.GetAsync(host.Admin, $"images-sync-progress/{file}/zzzzzz/")).Expect(404).Text.Should()
            .Be("No RegionController matches the given query.");
    }
}
