using System.Net;
using Maas.Boot.Files;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Files;

public sealed class DirectoryBootFilesTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("bootfiles");
    private readonly string _served;
    private readonly FakeTimeProvider _time = new();

    public DirectoryBootFilesTests()
    {
        _served = Path.Combine(_temporary.FullName, "served");
        Directory.CreateDirectory(Path.Combine(_served, "grub"));
        Write("served/pxelinux.0", "loader");
        Write("served/grub/grub.cfg", "config");
        Write("secret", "secret");
    }

    public void Dispose() => _temporary.Delete(recursive: true);

    [Fact]
    public async Task Files_are_found_by_their_path_below_the_directory()
    {
        (await Read("pxelinux.0")).Should().Be("loader");
        (await Read("grub/grub.cfg")).Should().Be("config");
    }

    [Theory]
    [InlineData("grub")]
    [InlineData("nothing")]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("grub/../pxelinux.0")]
    [InlineData("")]
    public async Task Whatever_is_no_key_of_the_table_is_not_there(string name) => (await Read(name)).Should().BeNull();

    [Fact]
    public async Task Case_is_ignored_when_that_is_unambiguous()
    {
        (await Read("PXELINUX.0")).Should().Be("loader");
        Write("served/PxeLinux.0", "another");
        _time.Advance(TimeSpan.FromSeconds(2));
        var files = Files();
        (await Read("pxelinux.0", files)).Should().Be("loader");
        (await Read("PxeLinux.0", files)).Should().Be("another");
        (await Read("PXELINUX.0", files)).Should().BeNull();
    }

    [Fact]
    public async Task A_file_that_came_later_is_found_after_a_second()
    {
        var files = Files();
        (await Read("late", files)).Should().BeNull();
        Write("served/late", "late");
        (await Read("late", files)).Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await Read("late", files)).Should().Be("late");
    }

    [Fact]
    public async Task A_file_that_has_gone_is_not_there()
    {
        var files = Files();
        File.Delete(Path.Combine(_served, "pxelinux.0"));
        (await Read("pxelinux.0", files)).Should().BeNull();
    }

    [Fact]
    public async Task A_link_to_a_file_inside_is_followed_and_one_that_leads_outside_is_not()
    {
        File.CreateSymbolicLink(Path.Combine(_served, "inside"), "pxelinux.0");
        File.CreateSymbolicLink(Path.Combine(_served, "outside"), "../secret");
        File.CreateSymbolicLink(Path.Combine(_served, "absolute"), Path.Combine(_temporary.FullName, "secret"));
        File.CreateSymbolicLink(Path.Combine(_served, "twice"), "outside");
        Directory.CreateSymbolicLink(Path.Combine(_served, "up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(_served, "here"), ".");
        File.CreateSymbolicLink(Path.Combine(_served, "round"), "round");
        var files = Files();
        (await Read("inside", files)).Should().Be("loader");
        foreach (var name in (string[])["outside", "absolute", "twice", "up/secret", "round"])
            (await Read(name, files)).Should().BeNull(name);
        files.Names.Should().BeEquivalentTo("pxelinux.0", "grub/grub.cfg", "inside");
    }

    [Fact]
    public async Task A_file_that_became_a_link_outside_since_it_was_listed_is_refused()
    {
        var files = Files();
        var path = Path.Combine(_served, "pxelinux.0");
        File.Delete(path);
        File.CreateSymbolicLink(path, "../secret");
        (await Read("pxelinux.0", files)).Should().BeNull();
    }

    [Fact]
    public async Task The_directory_itself_may_be_reached_by_a_link()
    {
        var link = Path.Combine(_temporary.FullName, "link");
        Directory.CreateSymbolicLink(link, "served");
        (await Read("pxelinux.0", new DirectoryBootFiles(link, _time))).Should().Be("loader");
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_said_at_once()
    {
        var act = () => new DirectoryBootFiles(Path.Combine(_served, "nowhere"));
        act.Should().Throw<DirectoryNotFoundException>().WithMessage("*nowhere*");
    }

    private DirectoryBootFiles Files() => new(_served, _time);

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_temporary.FullName, name), content);

    private async Task<string?> Read(string name, DirectoryBootFiles? files = null)
    {
        using var file =
            await (files ?? Files()).OpenAsync(new BootFileRequest(name, IPAddress.Loopback), TestContext.Current.CancellationToken);
        if (file is null) return null;
        var bytes = new byte[file.Length];
        await file.ReadAsync(bytes, 0, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(bytes);
    }
}
