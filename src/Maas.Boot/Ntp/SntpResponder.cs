using System.Buffers.Binary;

namespace Maas.Boot.Ntp;

/// <summary>What a time request earns (RFC 4330 section 6, RFC 5905 section 7.3). It knows no socket and no clock.</summary>
internal static class SntpResponder
{
    /// <summary>The length of a header without extension fields or authenticator, which is all that we send.</summary>
    public const int MessageLength = 48;

    private const int ModeClient = 3;
    private const int ModeServer = 4;
    private const int LeapAlarm = 3;

    // RFC 5905 figure 8. Offsets are octets.
    //
    //   0                   1                   2                   3
    //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    //  |LI | VN  |Mode |    Stratum     |     Poll      |  Precision   |   0
    //  |                         Root Delay                            |   4
    //  |                         Root Dispersion                       |   8
    //  |                          Reference ID                         |  12
    //  |                     Reference Timestamp (64)                  |  16
    //  |                      Origin Timestamp (64)                    |  24
    //  |                      Receive Timestamp (64)                   |  32
    //  |                      Transmit Timestamp (64)                  |  40

    /// <summary>Writes the answer to a client's request; <see langword="false"/> for anything that deserves silence.</summary>
    /// <param name="request">The datagram.</param>
    /// <param name="received">When it arrived.</param>
    /// <param name="sent">When the answer leaves.</param>
    /// <param name="clock">What is said about the clock.</param>
    /// <param name="response">At least <see cref="MessageLength"/> octets.</param>
    /// <remarks>
    /// Only mode 3 is answered: not symmetric peers, and not modes 6 and 7, whose answers are larger than their questions. The answer is
    /// never longer than the request.
    /// </remarks>
    public static bool TryRespond(
        ReadOnlySpan<byte> request,
        DateTimeOffset received,
        DateTimeOffset sent,
        SntpClock clock,
        Span<byte> response)
    {
        if (request.Length < MessageLength || (request[0] & 7) != ModeClient) return false;
        var version = (request[0] >> 3) & 7;
        if (version is < 1 or > 4) return false;

        response = response[..MessageLength];
        response.Clear();
        response[0] = (byte)((clock.IsSet ? 0 : LeapAlarm << 6) | (version << 3) | ModeServer);
        response[1] = clock.IsSet ? clock.Stratum : (byte)0;
        response[2] = request[2];
        response[3] = unchecked((byte)-20); // about a microsecond
        "LOCL"u8.CopyTo(response[12..16]); // an undisciplined local clock (RFC 4330 section 4)
        NtpTimestamp.Write(response[16..], received);
        // The client's transmit timestamp comes back as origin, untouched: clients put random bits there as a nonce.
        BinaryPrimitives.WriteUInt64BigEndian(response[24..], BinaryPrimitives.ReadUInt64BigEndian(request[40..]));
        NtpTimestamp.Write(response[32..], received);
        NtpTimestamp.Write(response[40..], sent);
        return true;
    }
}

/// <summary>What the server says about its own clock.</summary>
/// <param name="Stratum">1 to 15: how far from a reference clock.</param>
/// <param name="IsSet">Whether the host's clock can be believed; when not, replies say so (leap indicator 3).</param>
internal readonly record struct SntpClock(byte Stratum, bool IsSet);
