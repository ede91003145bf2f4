namespace Maas.Api.Tests.Settings;

public class PackageRepositoryTests
{
    [Fact]
    public async Task Terraform_creates_reads_changes_and_deletes_a_repository()
    {
        await using var host = await ApiHost.StartAsync();

        var created = (await host.PostAsync(
            host.Admin, "package-repositories/", ("name", "docker"), ("url", "https://download.docker.com/linux/ubuntu"),
            ("distributions", "noble"), ("components", "stable,edge"), ("arches", "amd64"), ("arches", "arm64"), ("key", "KEY"),
            ("enabled", "true"))).Expect(200).Json;
        created.GetRawText().Should().Be("""
            {"id":3,"name":"docker","url":"https://download.docker.com/linux/ubuntu","distributions":["noble"],"disabled_pockets":[],
            "disabled_components":[],"disable_sources":true,"components":["stable","edge"],"arches":["amd64","arm64"],"key":"KEY",
            "enabled":true,"resource_uri":"/MAAS/api/2.0/package-repositories/3/"}
            """.ReplaceLineEndings(""));
        (await host.GetAsync(host.Bob, "package-repositories/3/")).Expect(200).Json.GetRawText().Should().Be(created.GetRawText());
        (await host.GetAsync(host.Bob, "package-repositories/docker/")).Expect(200);

        var changed = (await host.PutAsync(host.Admin, "package-repositories/3/", ("enabled", "false"), ("distributions", "")))
            .Expect(200).Json;
        (changed.GetProperty("enabled").GetBoolean(), changed.GetProperty("distributions").GetArrayLength()).Should().Be((false, 0));
        (await host.Core.PackageRepositories.GetAsync(3, ApiHost.Cancellation))!.AppliesTo("amd64").Should().BeFalse();
        (await host.DeleteAsync(host.Bob, "package-repositories/3/")).Expect(403);
        (await host.DeleteAsync(host.Admin, "package-repositories/3/")).Expect(204);
        (await host.GetAsync(host.Admin, "package-repositories/3/")).Expect(404).Text.Should()
            .Be("No PackageRepository matches the given query.");
    }

    [Fact]
    public async Task The_archives_of_Ubuntu_are_there_and_stay()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, "package-repositories/")).Expect(200).Json.EnumerateArray()
            .Select(each => each.GetProperty("name").GetString()).Should().Equal("main_archive", "ports_archive");
        (await host.DeleteAsync(host.Admin, "package-repositories/1/")).Expect(400).Text.Should()
            .Be("Cannot delete default Ubuntu archives.");
        (await host.PutAsync(host.Admin, "package-repositories/1/", ("name", "mine"))).Expect(400);
        (await host.PutAsync(host.Admin, "package-repositories/1/", ("enabled", "false"))).Expect(400).Json.GetProperty("__all__")[0]
            .GetString().Should().Be("Default repositories may not be disabled.");
        (await host.PutAsync(host.Admin, "package-repositories/2/", ("components", "main"))).Expect(400).Json.GetProperty("components")[0]
            .GetString().Should().Contain("'disabled_components' instead");
        (await host.PutAsync(
            host.Admin, "package-repositories/2/", ("disabled_components", "universe"), ("disabled_pockets", "backports"),
            ("url", "http://mirror.example/ports"))).Expect(200).Json.GetProperty("disabled_components")[0].GetString().Should()
            .Be("universe");
        (await host.PutAsync(host.Admin, "package-repositories/2/", ("disabled_components", "None"))).Expect(200).Json
            .GetProperty("disabled_components").GetArrayLength().Should().Be(0);
    }

    [Theory]
    [InlineData("name", "", "This field is required.")]
    [InlineData("name", "main_archive", "Package repository with this Name already exists.")]
    [InlineData("url", "ftps//x", "Enter a valid repository URL or PPA location.")]
    [InlineData("url", "http://a b/", "Enter a valid repository URL or PPA location.")]
    [InlineData("arches", "vax", "'vax' is not a valid architecture. Known architectures: amd64, arm64, armhf, i386, ppc64el, s390x")]
    [InlineData("disabled_pockets", "pants",
        "'pants' is not a valid Ubuntu archive pocket. You can only disable ['updates', 'security', 'backports'].")]
    [InlineData("disabled_components", "universe", "This is a custom repository. Please update 'components' instead.")]
    [InlineData("components", "ma[in", "Enter a valid value.")]
    public async Task A_wrong_repository_is_refused_by_the_field_at_fault(string field, string value, string reason)
    {
        await using var host = await ApiHost.StartAsync();
        List<(string Name, string Value)> fields = [("name", "x"), ("url", "ppa:owner/name")];
        fields.RemoveAll(each => each.Name == field);

        (await host.PostAsync(host.Admin, "package-repositories/", [.. fields, (field, value)])).Expect(400).Json.GetProperty(field)[0]
            .GetString().Should().Be(reason);
    }
}
