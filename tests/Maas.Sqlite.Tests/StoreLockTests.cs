using Maas.Core;
using Maas.Judges;

namespace Maas.Sqlite.Tests;

public sealed class StoreLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-store-").FullName;

    private string DataSource => Path.Combine(_directory, "maas.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_second_server_is_refused_although_the_lock_file_was_removed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "an open file cannot be removed there");
        using var first = Open();
        File.Delete(DataSource + ".lock");

        FluentActions.Invoking(Open).Should().Throw<StoreLockedException>()
            .WithMessage($"*process {Environment.ProcessId} on {Environment.MachineName} since 20*");
        FluentActions.Invoking(Open).Should()
            .Throw<StoreLockedException>("the refused one holds nothing, and the lock file that it made changes nothing");
        await first.WriteAsync(connection => connection.Execute("CREATE TABLE kept (x)"), CancellationToken.None);
    }

    [Fact]
    public void A_second_server_that_reaches_the_store_by_a_link_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there the database itself is not locked");
        using var first = Open();
        var link = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "other")).FullName, "maas.db");
        File.CreateSymbolicLink(link, DataSource);

        FluentActions.Invoking(() => SqliteDatabase.Open(link, TimeProvider.System)).Should().Throw<StoreLockedException>();
    }

    [Theory]
    [InlineData("maas.db")]
    [InlineData("maas.db.lock")]
    public async Task Other_processes_are_kept_out_and_keep_this_one_out(string file)
    {
        Judge.RequireAll("flock", "sh");
        var path = Path.Combine(_directory, file);
        using (Open()) (await Judge.RunAsync("flock", ["-n", path, "true"])).ExitCode.Should().Be(1, "the store is open");

        using var other = Judge.Start("flock", ["-n", path, "sh", "-c", "echo held; cat"]);
        (await other.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).Should().Be("held");
        FluentActions.Invoking(Open).Should().Throw<StoreLockedException>();
        other.StandardInput.Close();
        await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        Open().Dispose();
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(DataSource, TimeProvider.System);
}
