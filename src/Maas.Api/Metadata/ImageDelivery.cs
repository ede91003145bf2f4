using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Metadata;

/// <summary>
/// An image on its way to a machine. Each tenth of it shows in the machine's status message and is a sign of life; the agent writes to the
/// disk as it reads, so that what is delivered is what is written, but for the buffers between.
/// </summary>
internal sealed class ImageDelivery : Stream
{
    private const int Step = 10;

    private readonly Stream _image;
    private readonly MaasCore _core;
    private readonly SystemId _machine;
    private int _told;

    private ImageDelivery(Stream image, MaasCore core, SystemId machine) => (_image, _core, _machine) = (image, core, machine);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => _image.CanSeek;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _image.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _image.Position;
        set => _image.Position = value;
    }

    /// <summary>The image with its delivery in the timeline; what is fetched from where a transfer broke off is no new beginning.</summary>
    public static async Task<Stream> BeginAsync(ApiRequest request, Machine machine, Stream bytes)
    {
        var delivery = new ImageDelivery(bytes, request.Core, machine.Id);
        var from = request.Http.Request.GetTypedHeaders().Range?.Ranges.FirstOrDefault()?.From ?? 0;
        if (from > 0 && from >= bytes.Length) return delivery; // beyond the end: refused, and nothing is delivered
        try
        {
            await delivery.TellAsync(delivery.PercentAt(from), request.Aborted, isResumed: from > 0).ConfigureAwait(false);
            return delivery;
        }
        catch
        {
            await delivery.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _image.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        var percent = PercentAt(_image.Position);
        if (percent > _told) await TellAsync(percent, cancellationToken).ConfigureAwait(false);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _image.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => _image.Seek(offset, origin);

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _image.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _image.Dispose();
        base.Dispose(disposing);
    }

    private int PercentAt(long position) => _image.Length == 0 ? 100 : (int)(100 * position / _image.Length) / Step * Step;

    private async Task TellAsync(int percent, CancellationToken cancellationToken, bool isResumed = false)
    {
        _told = percent;
        try
        {
            var report = new MachineReport.ImageDelivered(percent) { IsResumed = isResumed };
            await _core.Machines.ReportAsync(_machine, report, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFullException)
        {
            // The image is delivered all the same.
        }
    }
}
