namespace Maas.Core.Delivery;

/// <summary>Another host has stored the position of a delivery: this one delivers no more.</summary>
internal sealed class DeliveryMovedException : Exception;
