using System.IO.Pipelines;
using System.Text;
using Maas.Core.Power;

namespace Maas.Dashboard.Tests.Consoles;

/// <summary>Consoles in memory: the test prints, and reads what was typed.</summary>
internal sealed class TestConsoles : IMachineConsoles
{
    private readonly Pipe _printed = new(), _typed = new();

    public string? Refusal { get; set; }

    public int Opened { get; private set; }

    public bool IsClosed { get; private set; }

    public bool HasConsole(MachinePowerTarget target) => true;

    public Task<MachineConsoleResult> OpenAsync(MachinePowerTarget target, CancellationToken cancellationToken)
    {
        Opened++;
        return Task.FromResult<MachineConsoleResult>(
            Refusal is { } reason ? new MachineConsoleResult.Failed(reason) : new MachineConsoleResult.Opened(new Port(this)));
    }

    public async Task PrintAsync(string text) =>
        await _printed.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), DashboardHost.Cancellation);

    public Task EndAsync() => _printed.Writer.CompleteAsync().AsTask();

    public async Task<string> ReadTypedAsync(int length)
    {
        var read = await _typed.Reader.ReadAtLeastAsync(length, DashboardHost.Cancellation);
        var bytes = new byte[read.Buffer.Length];
        var at = 0;
        foreach (var part in read.Buffer)
        {
            part.CopyTo(bytes.AsMemory(at));
            at += part.Length;
        }

        _typed.Reader.AdvanceTo(read.Buffer.End);
        return Encoding.UTF8.GetString(bytes);
    }

    private sealed class Port(TestConsoles console) : Stream
    {
        private readonly Stream _in = console._printed.Reader.AsStream(), _out = console._typed.Writer.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _in.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _out.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _out.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override ValueTask DisposeAsync()
        {
            console.IsClosed = true;
            return base.DisposeAsync();
        }
    }
}
