using Maas.Hosting.Leases;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Tests;

/// <summary>State is its owner's alone, whatever was there before.</summary>
public sealed class PrivateStateTests : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite, OwnerFolder =
        OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode Open =
        OwnerFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("maas-private");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_of_leases_is_readable_to_its_owner_alone(bool isThere)
    {
        if (OperatingSystem.IsWindows()) return;
        var path = Path.Combine(_folder.FullName, "leases.db");
        if (isThere)
        {
            await File.WriteAllBytesAsync(path, [], TestContext.Current.CancellationToken);
            File.SetUnixFileMode(path, OwnerFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await using var store = SqliteLeaseStore.Open(path);
        foreach (var file in _folder.GetFiles("leases.db*")) file.UnixFileMode.Should().Be(OwnerFile, file.Name);
    }

    [Fact]
    public void A_data_directory_that_was_open_to_others_is_closed_to_them()
    {
        if (OperatingSystem.IsWindows()) return;
        var data = Path.Combine(_folder.FullName, "data");
        Directory.CreateDirectory(data).UnixFileMode = Open;
        new ServiceCollection().AddMaas(maas => maas.DataDirectory = data);
        File.GetUnixFileMode(data).Should().Be(OwnerFolder);
    }

    [Fact]
    public void A_directory_that_all_users_share_is_refused_and_stays_as_it_is()
    {
        if (OperatingSystem.IsWindows()) return;
        var shared = Path.Combine(_folder.FullName, "tmp");
        Directory.CreateDirectory(shared).UnixFileMode = Open | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit;
        FluentActions.Invoking(() => new ServiceCollection().AddMaas(maas => maas.DataDirectory = shared)).Should()
            .Throw<InvalidOperationException>().WithMessage("*writable by every user*");
        File.GetUnixFileMode(shared).Should().HaveFlag(UnixFileMode.OtherWrite);
    }
}
