using Maas.Images.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Images.Tests.Primitives;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_holds_it_and_the_next_waits_until_it_is_let_go()
    {
        var first = await FileLock.AcquireAsync(_folder["lock"], _time, Cancel);
        var second = FileLock.AcquireAsync(_folder["lock"], _time, Cancel);
        _time.Advance(TimeSpan.FromSeconds(1));
        second.IsCompleted.Should().BeFalse();

        first.Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));

        (await second).Dispose();
    }

    [Fact]
    public async Task The_file_stays_for_another_in_its_place_would_be_a_second_lock()
    {
        (await FileLock.AcquireAsync(_folder["lock"], _time, Cancel)).Dispose();
        var number = FileStatus.Of(_folder["lock"])!.FileNumber;

        using var again = await FileLock.AcquireAsync(_folder["lock"], _time, Cancel);

        FileStatus.Of(_folder["lock"])!.FileNumber.Should().Be(number);
    }
}
