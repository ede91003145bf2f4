namespace Maas.Sqlite.Tests;

public sealed class LockFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-lock-").FullName;

    private string Path => System.IO.Path.Combine(_directory, "lock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void One_holds_it_alone_or_several_hold_it_together()
    {
        using (var alone = LockFile.TryTake(Path, FileMode.OpenOrCreate))
        {
            alone.Should().NotBeNull();
            LockFile.TryTake(Path, FileMode.OpenOrCreate).Should().BeNull();
            LockFile.TryTake(Path, FileMode.Open, FileAccess.Read, FileShare.Read).Should().BeNull();
        }

        using var first = LockFile.TryTake(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var second = LockFile.TryTake(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        first.Should().NotBeNull();
        second.Should().NotBeNull();
        LockFile.TryTake(Path, FileMode.OpenOrCreate).Should().BeNull();
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_not_taken_for_one_that_is_held()
    {
        FluentActions.Invoking(() => LockFile.TryTake(System.IO.Path.Combine(_directory, "missing", "lock"), FileMode.OpenOrCreate))
            .Should().Throw<DirectoryNotFoundException>();
        FluentActions.Invoking(() => LockFile.TryTake(Path, FileMode.Open)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void A_handle_knows_whether_its_name_still_leads_to_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "told by statx");
        using var file = LockFile.TryTake(Path, FileMode.OpenOrCreate)!;
        LockFile.IsAt(file, Path).Should().BeTrue();
        File.CreateSymbolicLink(Path + ".link", Path);
        LockFile.IsAt(file, Path + ".link").Should().BeTrue();
        File.Delete(Path);
        LockFile.IsAt(file, Path).Should().BeFalse();
        File.WriteAllText(Path, "");
        LockFile.IsAt(file, Path).Should().BeFalse();
    }

    /// <summary>Each round opens a file that another round may have removed by the time the lock on it is taken.</summary>
    [Fact]
    public void A_file_that_is_removed_between_opening_and_locking_is_not_held()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "told by statx");
        var (inside, together, stale, taken) = (0, 0, 0, 0);
        Parallel.For(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            using var held = LockFile.TryTake(Path, FileMode.OpenOrCreate);
            if (held is null) return;
            if (Interlocked.Increment(ref inside) > 1) Interlocked.Increment(ref together);
            if (!LockFile.IsAt(held, Path)) Interlocked.Increment(ref stale); // only its holder removes it
            Interlocked.Increment(ref taken);
            Interlocked.Decrement(ref inside);
            File.Delete(Path); // the way of who removes a lock file when done
        });
        taken.Should().BePositive();
        (stale, together).Should().Be((0, 0), "never is a removed file held, nor do two hold the lock");
    }
}
