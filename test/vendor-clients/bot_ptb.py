"""Bots and calls with python-telegram-bot. A chapter prints what the library told, as JSON, when it is over."""

import asyncio
import json
import os
import sys

from telegram import Bot, Update
from telegram.error import TelegramError
from telegram.ext import Application, MessageHandler, filters

ROOT, TOKEN = os.environ["API_ROOT"], os.environ["BOT_TOKEN"]
heard = []


def bot_with(token=TOKEN):
    return Bot(token, base_url=f"{ROOT}/bot")


async def echo(update: Update, context):
    heard.append(update.message.text)
    await update.message.reply_text(f"echo: {update.message.text}", disable_notification=True)
    if update.message.text == "bye":
        context.application.stop_running()


def application():
    app = Application.builder().token(TOKEN).base_url(f"{ROOT}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    return app


def webhook():
    ip, cert, key = os.environ["WEBHOOK_IP"], os.environ["TLS_CERT"], os.environ["TLS_KEY"]
    application().run_webhook(
        **{"listen": ip, "port": 8443, "url_path": "hook", "cert": cert, "key": key},
        **{"webhook_url": f"https://{ip}:8443/hook", "secret_token": "sesame"},
        allowed_updates=["message", "edited_message"],
    )
    return {"heard": heard}


def polling():
    application().run_polling(poll_interval=0, timeout=2)
    return {"heard": heard}


async def fault_of(call):
    try:
        await call
    except TelegramError as error:
        return [type(error).__name__, str(error)]
    return "no error"


async def asked():
    async with bot_with() as bot:
        me = await bot.get_me()
        told = {"me": [me.id, me.is_bot, me.username], "set": await bot.set_webhook("https://127.60.0.1/hook")}
        told["too soon"] = await fault_of(bot.set_webhook("https://127.60.0.1/other"))
        told["conflict"] = await fault_of(bot.get_updates())
        info = await bot.get_webhook_info()
        told["info"] = [info.url, info.has_custom_certificate, info.max_connections, info.allowed_updates]
        told["deleted"] = await bot.delete_webhook(drop_pending_updates=True)
        told["none"] = (await bot.get_webhook_info()).url
        # One a second and bot, in the simulators' time.
        await asyncio.sleep(float(os.environ["ONE_SECOND"]))
        told["wrong port"] = await fault_of(bot.set_webhook("https://127.60.0.1:8444/hook"))
        told["no chat"] = await fault_of(bot.send_message(chat_id="", text="hi"))
        told["commands"] = await bot.set_my_commands([("start", "Begin")])
        told["command"] = [command.command for command in await bot.get_my_commands()]
        told["described"] = await bot.set_my_description("It echoes.")
        told["description"] = (await bot.get_my_description()).description
    told["malformed"] = await fault_of(bot_with("1:short").get_me())
    told["revoked"] = await fault_of(bot_with(f"{TOKEN[:-1]}x").get_me())
    return told


async def asked_in_vain():
    """The test has seen to it that getMe is answered by a page of HTML, and then not at all."""
    bot = bot_with()
    return {"html": (await fault_of(bot.get_me()))[0], "dropped": (await fault_of(bot.get_me()))[0]}


async def calls():
    return await asked_in_vain() | await asked()


chapters = {"webhook": webhook, "polling": polling, "calls": lambda: asyncio.run(calls())}
json.dump(chapters[sys.argv[1]](), sys.stdout)
