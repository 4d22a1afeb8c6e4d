using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace BtcChannels.AspNetCore;

/// <summary>Where requests come from, as far as limits go: an IPv4 address, or the network of 64 bits that an IPv6 address lies in, all of which is one customer's.</summary>
public readonly record struct ClientAddress
{
    private const int Length = 16;

    private readonly UInt128 _bits;

    private ClientAddress(UInt128 bits) => _bits = bits;

    /// <param name="address">Null, as of a connection that has none, is an address as any other.</param>
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null) return default;
        Span<byte> bytes = stackalloc byte[Length];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes.Clear();
            bytes[10..12].Fill(0xff);   // as IPv6 maps it (RFC 4291)
            address.TryWriteBytes(bytes[12..], out _);
            return new(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }
        address.TryWriteBytes(bytes, out _);
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return new(address.IsIPv4MappedToIPv6 ? bits : bits & (UInt128.MaxValue << 64));
    }
}
