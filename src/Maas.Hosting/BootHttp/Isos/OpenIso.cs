using System.Net;
using Maas.Boot.Files;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>
/// The ISO of a machine for as long as its deployment reads it. Its answer files were rendered once: all requests with the token get bytes
/// of the same ISO, whatever becomes of the templates meanwhile.
/// </summary>
/// <param name="machine">The machine, as it was when its token was redeemed.</param>
/// <param name="client">Where the token was redeemed.</param>
/// <param name="hardware">The hardware address that was seen there; <see langword="null"/> when none was.</param>
/// <param name="name">The last part of the URL.</param>
/// <param name="iso">The ISO.</param>
internal sealed class OpenIso(Machine machine, IPAddress client, MacAddress? hardware, string name, MachineIso iso) : IDisposable
{
    private readonly Lock _counting = new();
    private int _readers;
    private bool _isClosed;

    /// <summary>The machine.</summary>
    public SystemId MachineId => machine.Id;

    /// <summary>The last part of the URL.</summary>
    public string Name => name;

    /// <summary>When it was read last, by the clock's timestamps.</summary>
    public long LastRead { get; set; }

    /// <summary>
    /// Whether a client is the one that redeemed the token: by the hardware address that is seen there, since an installer's DHCP client
    /// gets another address than the firmware; where none is seen, by its address.
    /// </summary>
    public bool IsFor(IPAddress from, MacAddress? seen) =>
        hardware is not null && seen is not null ? seen == hardware : from.Equals(client);

    /// <summary>Whether the machine still boots the installer of the same deployment.</summary>
    public bool IsWanted(Machine? now) => now is { NextBoot: BootIntent.Installer } && now.OperationId == machine.OperationId;

    /// <summary>Opens it for one request; <see langword="null"/> when it is closed.</summary>
    public BootFile? Open()
    {
        lock (_counting)
        {
            if (_isClosed) return null;
            _readers++;
            return new Reading(this);
        }
    }

    /// <summary>Closes it. What is being read is read to its end.</summary>
    public void Dispose()
    {
        lock (_counting)
        {
            if (_isClosed) return;
            _isClosed = true;
            if (_readers == 0) iso.Dispose();
        }
    }

    private void Release()
    {
        lock (_counting)
            if (--_readers == 0 && _isClosed) iso.Dispose();
    }

    private MachineIso Iso => iso;

    private sealed class Reading(OpenIso owner) : BootFile
    {
        private bool _isDisposed;

        public override long Length => owner.Iso.Length;

        public override string EntityTag => owner.Iso.EntityTag;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            cancellationToken.IsCancellationRequested
                ? ValueTask.FromCanceled<int>(cancellationToken)
                : ValueTask.FromResult(owner.Iso.Read(offset, buffer.Span));

        protected override void Dispose(bool disposing)
        {
            if (disposing && !Interlocked.Exchange(ref _isDisposed, true)) owner.Release();
            base.Dispose(disposing);
        }
    }
}
