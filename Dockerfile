# Two images: the merchant's server (--target merchant, the default) and the customer's command line with the errand of the demo (--target customer).
#
#   docker build -t btcchannels-server .
#
# The merchant's has neither shell nor package manager, runs as user 1654 and keeps seed and store under /var/lib/btcchannels: mount a volume there. Every setting is an
# environment variable, as in docker-compose.regtest.yml.

FROM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
# amd64 or arm64, as the builder says: nothing for other machines is published.
ARG TARGETARCH
WORKDIR /source
COPY global.json BannedSymbols.txt Directory.Build.props Directory.Build.targets Directory.Packages.props LeftOut.targets PackBundled.targets ./
COPY src ./src
RUN dotnet publish src/BtcChannels.Server --configuration Release --os linux --arch $TARGETARCH --no-self-contained -p:UseAppHost=false --output /published/merchant
RUN dotnet publish src/BtcChannels.Cli --configuration Release --os linux --arch $TARGETARCH --no-self-contained -p:UseAppHost=false --output /published/customer
# What a volume mounted over it takes owner and mode from.
RUN mkdir -m 700 /data

# Ubuntu's chiseled images cannot install packages, so the curve comes from Debian, whose C library is older than theirs.
FROM debian:12.12-slim AS curve
RUN apt-get update && apt-get install --yes --no-install-recommends libsecp256k1-1 && cp -L /usr/lib/*/libsecp256k1.so.1 /libsecp256k1.so.1

FROM mcr.microsoft.com/dotnet/runtime:10.0.12-noble AS customer
COPY --from=curve /libsecp256k1.so.1 /usr/lib/libsecp256k1.so.1
COPY --from=build /published/customer /app
COPY --from=build --chown=1654:1654 /data /var/lib/btcchannels
COPY regtest/customer.sh /app/customer.sh
ENV SECP256K1_LIBRARY=/usr/lib/libsecp256k1.so.1 \
    BTCCHANNELS="dotnet /app/BtcChannels.Cli.dll" \
    DATA=/var/lib/btcchannels/customer
USER 1654
VOLUME /var/lib/btcchannels
CMD ["sh", "/app/customer.sh"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled AS merchant
WORKDIR /app
COPY --from=curve /libsecp256k1.so.1 /usr/lib/libsecp256k1.so.1
COPY --from=build /published/merchant /app
COPY --from=build --chown=1654:1654 /data /var/lib/btcchannels
# A container has an address of its own, so the server listens at all of them; who reaches it, the publisher of the port decides. HTTP_PORTS is the base image's.
ENV SECP256K1_LIBRARY=/usr/lib/libsecp256k1.so.1 \
    ASPNETCORE_HTTP_PORTS="" \
    ASPNETCORE_URLS=http://0.0.0.0:8402 \
    BtcChannels__Data=/var/lib/btcchannels/merchant
USER 1654
VOLUME /var/lib/btcchannels
EXPOSE 8402
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --retries=3 CMD ["dotnet", "/app/btcchannels-server.dll", "health"]
ENTRYPOINT ["dotnet", "/app/btcchannels-server.dll"]
