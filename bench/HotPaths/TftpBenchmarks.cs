using BenchmarkDotNet.Attributes;
using Maas.Boot.Tftp;

namespace HotPaths;

/// <summary>What an acknowledgement costs, and what a request does.</summary>
[MemoryDiagnoser]
public class TftpBenchmarks
{
    private static readonly byte[] Request = [0, 1, .. "snponly.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0"u8];

    private readonly byte[] _acknowledgement = [0, 4, 0, 0];
    private TftpTransfer _transfer = null!; // begun in Setup
    private TimeSpan _now;
    private long _last;

    [Params(1, 8)]
    public int WindowSize { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _transfer = new TftpTransfer(
            new TftpNegotiatedOptions(1468, WindowSize, long.MaxValue / 2) { OptionAcknowledgement = new byte[] { 0, 6 } },
            TimeSpan.FromSeconds(30));
        _transfer.Start();
        _transfer.Sent(_now);
    }

    [Benchmark]
    public long Acknowledgement()
    {
        _now += TimeSpan.FromMilliseconds(1);
        _acknowledgement[2] = (byte)(_last >> 8);
        _acknowledgement[3] = (byte)_last;
        var step = _transfer.Receive(_acknowledgement, _now);
        _transfer.Sent(_now);
        return _last = step.FirstBlock + step.Count - 1;
    }

    [Benchmark]
    public bool ParseRequest() => TftpRequest.TryParse(Request, out _, out _);
}
