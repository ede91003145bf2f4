using Maas.Hosting.FirstStart;

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

    [Fact]
    public void A_data_directory_that_was_open_to_others_is_closed_to_them()
    {
        if (OperatingSystem.IsWindows()) return;
        var data = Path.Combine(_folder.FullName, "data");
        Directory.CreateDirectory(data).UnixFileMode = Open;
        _ = new DataDirectory(new MaasOptions { DataDirectory = data });
        File.GetUnixFileMode(data).Should().Be(OwnerFolder);
    }

    [Fact]
    public void A_directory_that_all_users_share_is_refused_and_stays_as_it_is()
    {
        if (OperatingSystem.IsWindows()) return;
        var shared = Path.Combine(_folder.FullName, "tmp");
        Directory.CreateDirectory(shared).UnixFileMode = Open | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit;
        FluentActions.Invoking(() => new DataDirectory(new MaasOptions { DataDirectory = shared })).Should()
            .Throw<InvalidOperationException>().WithMessage("*writable by every user*");
        File.GetUnixFileMode(shared).Should().HaveFlag(UnixFileMode.OtherWrite);
    }
}
